package com.example.methods;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import org.tributary.model.Architecture;
import org.tributary.model.Architectures;
import org.tributary.model.ModelFamily;
import org.tributary.model.Pooling;

/** A family whose models are BERT under a different name; it uses BERT's program. */
public final class ClinicBert extends ModelFamily {
  /** For ServiceLoader. */
  public ClinicBert() {
    super("clinic-bert", "BERT under another name", "an example");
  }

  @Override
  public Architecture of(JsonNode config, Set<String> names, Pooling pooling) {
    ObjectNode bert = config.deepCopy();
    return Architectures.of(bert.put("model_type", "bert"), names, pooling);
  }
}
