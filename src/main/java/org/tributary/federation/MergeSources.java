package org.tributary.federation;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.ReadBuffers;
import org.tributary.checkpoint.Store;
import org.tributary.framework.Framework;
import org.tributary.protocol.Contribution;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Merge;
import org.tributary.protocol.Unit;
import org.tributary.run.Blueprint;
import org.tributary.run.GlobalState;
import org.tributary.run.RunFolder;

/** The accepted updates and the global state, open for ranged reads by one thread. */
final class MergeSources implements Closeable {
  private final Framework framework;
  private final AcceptedUpdates accepted;
  private final double[] weights;
  private final int population;
  private final GlobalState state;
  private final List<UpdateReader> updates = new ArrayList<>();
  private final ReadBuffers buffers = new ReadBuffers();

  MergeSources(
      Store store,
      RunFolder folder,
      Blueprint blueprint,
      AcceptedUpdates accepted,
      double[] weights)
      throws IOException {
    framework = blueprint.framework();
    this.accepted = accepted;
    this.weights = weights;
    int round = accepted.round();
    population = blueprint.manifest().clients().size();
    state = GlobalState.open(store, folder, blueprint.plan(round), round);
    try {
      for (AcceptedUpdates.Choice choice : accepted.clients()) {
        Path file = folder.update(round, choice.client(), choice.attempt());
        updates.add(new UpdateReader(store, file, state, buffers));
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** The framework's merge of a unit. */
  Map<String, HostTensor> merged(Unit unit) throws IOException {
    Map<String, HostTensor> kept = new TreeMap<>();
    framework.merge(unit, of(unit)).forEach((name, x) -> kept.put(name, buffers.kept(x)));
    buffers.takeBack();
    return kept;
  }

  private Merge of(Unit unit) throws IOException {
    List<Contribution> contributions = new ArrayList<>();
    for (int k = 0; k < updates.size(); k++) {
      Map<String, HostTensor> tensors = new HashMap<>();
      for (String name : unit.updates()) {
        tensors.put(name, updates.get(k).tensor(name, unit));
      }
      contributions.add(new Contribution(accepted.clients().get(k).client(), weights[k], tensors));
    }
    Map<String, HostTensor> server = new HashMap<>();
    for (String name : unit.server()) {
      server.put(name, state.tensor(name, unit));
    }
    return new Merge(accepted.round(), population, server, contributions);
  }

  @Override
  public void close() throws IOException {
    state.close();
    for (UpdateReader reader : updates) {
      reader.close();
    }
  }
}
