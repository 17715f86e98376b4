package org.tributary.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The meaning of a configuration key and its allowed values. Every component of a configuration
 * record has this annotation; the key in YAML has the component's name.
 *
 * <p>Types: {@code String}, {@code int}, {@code long}, {@code double}, {@code boolean}, the boxed
 * types (null when the key is absent), {@code List<String>}, and records, which are sections.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Key {
  /**
   * The purpose of the key.
   *
   * @return a phrase, with the unit
   */
  String value();

  /**
   * Whether the file must have the key. For sections: whether the section must be written, even if
   * all its keys have defaults.
   *
   * @return false by default
   */
  boolean required() default false;

  /**
   * The value of an absent key.
   *
   * @return YAML text; empty for none, then the component is null
   */
  String byDefault() default "";

  /**
   * A value to show in documents, other than the default. Choices and truth values need none.
   *
   * @return YAML text; empty for none
   */
  String example() default "";

  /**
   * The value in configurations that programs wrote before the key existed.
   *
   * @return YAML text; empty if the default is the old behavior
   */
  String before() default "";

  /**
   * For sections: whether a missing section is null instead of a section with defaults.
   *
   * @return false by default
   */
  boolean optional() default false;

  /**
   * Whether the key may change when a run resumes; for sections: every key in it.
   *
   * @return false by default: the key is frozen
   */
  boolean operational() default false;

  /**
   * The smallest number allowed; for lists the smallest number of entries.
   *
   * @return the bound, which is allowed
   */
  double min() default Double.NEGATIVE_INFINITY;

  /**
   * The lower bound, exclusive.
   *
   * @return a bound that is itself not allowed
   */
  double above() default Double.NEGATIVE_INFINITY;

  /**
   * The largest number allowed; for lists the largest number of entries.
   *
   * @return the bound, which is allowed
   */
  double max() default Double.POSITIVE_INFINITY;

  /**
   * The upper bound, exclusive.
   *
   * @return a bound that is itself not allowed
   */
  double below() default Double.POSITIVE_INFINITY;

  /**
   * The allowed texts, if this package knows them; names from other packages are passed to {@link
   * ConfigReader#read} as choices.
   *
   * @return texts; empty for any
   */
  String[] oneOf() default {};

  /**
   * What other texts than the allowed ones are. They are allowed too, unless they look like a
   * misspelling of one.
   *
   * @return a phrase; empty if there are no others
   */
  String orOther() default "";

  /**
   * A regular expression that the whole text must match.
   *
   * @return empty for any text
   */
  String pattern() default "";

  /**
   * Whether a list is a {@code List<Integer>} of whole numbers of at least 1.
   *
   * @return false for texts
   */
  boolean counts() default false;

  /**
   * Whether a list of texts may be written as one text, for a list with one entry. A program writes
   * such a list so.
   *
   * @return false by default
   */
  boolean oneOrMore() default false;

  /**
   * Whether a {@code long} is a size in bytes, written with a suffix {@code k}, {@code m} or {@code
   * g} (1024-fold each).
   *
   * @return false by default
   */
  boolean size() default false;

  /**
   * Whether a list holds numbers, kept as they are written.
   *
   * @return false for texts
   */
  boolean numbers() default false;

  /**
   * Whether a map has plain values by name: texts, whole numbers, booleans and lists of them.
   *
   * @return false by default
   */
  boolean scalars() default false;

  /**
   * For the component with the settings of a method: the component next to it that names the
   * method. The keys of the settings are keys of this section.
   *
   * @return a component's name; empty for ordinary keys
   */
  String settingsOf() default "";

  /**
   * Names of the key in earlier releases. Configurations that programs wrote then can be read; for
   * other files the message gives the current name.
   *
   * @return other names of this key
   */
  String[] formerly() default {};

  /**
   * Whether the key was added after the first release. The name of a run depends on its frozen
   * keys. A later key is one of them only if its value is not the default, so that runs that began
   * without the key keep their names.
   *
   * @return false by default
   */
  boolean later() default false;
}
