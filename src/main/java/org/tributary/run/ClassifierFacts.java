package org.tributary.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.tributary.json.Json;
import org.tributary.model.Architecture;
import org.tributary.model.Pooling;

/**
 * The properties of a run's classifier: its pooling, its classes in the order of its rows, and the
 * newly initialized tensors. {@code config.yaml} of the run's folder keeps them, so that a run
 * never resumes with a different classifier, for example because a default has changed since.
 */
final class ClassifierFacts {
  /** The key in {@code config.yaml}, below {@code run}. */
  static final String KEY = "classifier";

  private ClassifierFacts() {}

  /**
   * The facts of a run.
   *
   * @return null for language models
   */
  static ObjectNode of(Blueprint blueprint) {
    Architecture architecture = blueprint.architecture();
    if (architecture.pooling() == null) {
      return null;
    }
    ObjectNode facts = Json.object();
    facts.put("pooling", architecture.pooling().key());
    blueprint.labels().forEach(facts.putArray("classes")::add);
    new TreeSet<>(blueprint.newHead().keySet()).forEach(facts.putArray("new")::add);
    return facts;
  }

  /**
   * Compares a run's facts with those at its first start.
   *
   * @param before {@code run} of its {@code config.yaml}
   * @param blueprint of the run as it would resume
   * @return a line for each difference
   */
  static List<String> differences(JsonNode before, Blueprint blueprint) {
    ObjectNode now = of(blueprint);
    JsonNode then = before.path(KEY);
    if (now == null || then.equals(now)) {
      return List.of();
    }
    return then.isMissingNode()
        ? sinceEarlierVersions(blueprint)
        : List.of("the classifier was %s, now it is %s".formatted(then, now));
  }

  /** Handles runs of versions that kept no facts and made some classifiers differently. */
  private static List<String> sinceEarlierVersions(Blueprint blueprint) {
    Architecture architecture = blueprint.architecture();
    boolean fresh = !blueprint.newHead().isEmpty();
    Set<String> pooler = architecture.poolerWeights().keySet();
    if (fresh && blueprint.newHead().keySet().containsAll(pooler) && !pooler.isEmpty()) {
      return List.of(otherwise("on the bare first token or the mean, without a pooler"));
    }
    boolean wasMean = blueprint.config().model().pooling() == null && !pooler.isEmpty();
    if (fresh && wasMean && architecture.pooling() == Pooling.CLS) {
      return List.of(otherwise("on the mean of a row's tokens, the default of that time"));
    }
    String named = blueprint.base().files().config().path("architectures").path(0).asText("");
    return fresh || named.endsWith("Classification")
        ? List.of()
        : List.of(otherwise("with its classes in the order of the data's sorted labels"));
  }

  private static String otherwise(String how) {
    return "the run was begun by an earlier version of Tributary, which trained its classifier "
        + how
        + "; it cannot resume: start again in another folder";
  }
}
