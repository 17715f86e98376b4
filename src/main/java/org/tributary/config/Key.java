package org.tributary.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a configuration key means and which values it takes. Every component of a configuration
 * record carries one; its name in YAML is the component's name.
 *
 * <p>Types: {@code String}, {@code int}, {@code long}, {@code double}, {@code boolean}, the boxed
 * types (null when the key is absent), {@code List<String>}, and records, which are sections.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Key {
  /**
   * What the key is for.
   *
   * @return one phrase, with the unit
   */
  String value();

  /**
   * Whether the file must have it. For sections: whether the section must be written, although each
   * key in it could have a default.
   *
   * @return false by default
   */
  boolean required() default false;

  /**
   * The value of an absent key.
   *
   * @return YAML text; empty for none, and then the component is null
   */
  String byDefault() default "";

  /**
   * What counted before the key was there, in configurations that programs wrote then.
   *
   * @return YAML text; empty if the default does what was done before
   */
  String before() default "";

  /**
   * For sections: whether an absent one is null instead of a section full of defaults.
   *
   * @return false by default
   */
  boolean optional() default false;

  /**
   * Whether it may change when a run resumes; for sections: every key in it.
   *
   * @return false, which is to say frozen, unless said
   */
  boolean operational() default false;

  /**
   * The smallest number allowed; of lists the smallest number of entries.
   *
   * @return a bound that is itself allowed
   */
  double min() default Double.NEGATIVE_INFINITY;

  /**
   * The bound that numbers must exceed.
   *
   * @return a bound that is itself not allowed
   */
  double above() default Double.NEGATIVE_INFINITY;

  /**
   * The largest number allowed.
   *
   * @return a bound that is itself allowed
   */
  double max() default Double.POSITIVE_INFINITY;

  /**
   * The bound that numbers must stay under.
   *
   * @return a bound that is itself not allowed
   */
  double below() default Double.POSITIVE_INFINITY;

  /**
   * The only texts allowed, where this room knows them; names that other rooms know come to {@link
   * ConfigReader#read} as choices.
   *
   * @return texts; empty for any
   */
  String[] oneOf() default {};

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
   * Whether a map holds plain values by name: texts, whole numbers, truths and lists of them.
   *
   * @return false by default
   */
  boolean scalars() default false;

  /**
   * For the component that has the settings of a method: the component next to it that names the
   * method. The keys of the settings stand in this section, with the others.
   *
   * @return a component's name; empty for keys of their own
   */
  String settingsOf() default "";

  /**
   * Names that the key had in earlier releases. Configurations that programs wrote then are read
   * with them; the message names today's key.
   *
   * @return other names of this key
   */
  String[] formerly() default {};

  /**
   * Whether the key came with a later release than the first. The name of a run comes from its
   * frozen keys, so a later key counts among them only where it has another value than its default:
   * runs that began without it keep their names.
   *
   * @return false by default
   */
  boolean later() default false;
}
