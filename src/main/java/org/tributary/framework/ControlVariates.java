package org.tributary.framework;

import java.util.Map;
import java.util.TreeMap;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.LocalRule;

/**
 * The client's part of {@link Scaffold}: the gradient of every step is g + c − c_k, and after the
 * last step c_k⁺ = c_k − c + (x − y) / Σ η_t.
 */
final class ControlVariates extends LocalRuleDecorator {
  /** c, one tensor for each trained tensor that travels. The server sends it to the clients. */
  static final String SERVER = "scaffold.c/";

  /** c_k. It stays with its client. */
  static final String CLIENT = "scaffold.client/";

  /** c_k⁺ − c_k. The client sends it to the server. */
  static final String CHANGE = "scaffold.change/";

  ControlVariates(LocalRule inner) {
    super(inner);
  }

  @Override
  public Map<String, HostTensor> drift(Map<String, HostTensor> start) {
    Map<String, HostTensor> drift = new TreeMap<>(super.drift(start));
    server(start)
        .forEach(
            (name, c) -> {
              double[] sum = Elements.of(c);
              Elements.add(sum, -1, start.get(CLIENT + name));
              if (drift.containsKey(name)) {
                Elements.add(sum, 1, drift.get(name));
              }
              drift.put(name, Elements.tensor(sum, c.dtype(), c.shape()));
            });
    return drift;
  }

  @Override
  public Map<String, HostTensor> finish(
      Map<String, HostTensor> start, Map<String, HostTensor> trained, Facts facts) {
    Map<String, HostTensor> finished = new TreeMap<>(super.finish(start, trained, facts));
    server(start)
        .forEach(
            (name, c) -> {
              // c_k⁺ − c_k = (x − y) / Σ η − c. c_k⁺ is computed from the difference that is sent,
              // to avoid a second rounding.
              double[] change = new double[Math.toIntExact(c.elements())];
              Elements.add(change, 1 / facts.rates(), start.get(name));
              Elements.add(change, -1 / facts.rates(), trained.get(name));
              Elements.add(change, -1, c);
              HostTensor sent = Elements.tensor(change, c.dtype(), c.shape());
              double[] own = Elements.of(start.get(CLIENT + name));
              Elements.add(own, 1, sent);
              finished.put(CHANGE + name, sent);
              finished.put(CLIENT + name, Elements.tensor(own, c.dtype(), c.shape()));
            });
    return finished;
  }

  /** c, by the names of the weights that it corrects. */
  private static Map<String, HostTensor> server(Map<String, HostTensor> start) {
    Map<String, HostTensor> corrected = new TreeMap<>();
    start.forEach(
        (name, value) -> {
          if (name.startsWith(SERVER)) {
            corrected.put(name.substring(SERVER.length()), value);
          }
        });
    return corrected;
  }
}
