package org.tributary.framework;

import java.util.List;
import java.util.Map;
import org.tributary.protocol.ClientReport;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.LocalRule;
import org.tributary.protocol.Merge;
import org.tributary.protocol.Participant;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;
import org.tributary.protocol.Unit;

/** A framework that wraps another one. It forwards every method that it does not override. */
public abstract class Decorator implements Framework {
  private final Framework inner;

  /**
   * Wraps a framework.
   *
   * @param inner the wrapped framework
   */
  protected Decorator(Framework inner) {
    this.inner = inner;
  }

  @Override
  public RoundPlan plan(Trainables trainables, int round) {
    return inner.plan(trainables, round);
  }

  @Override
  public List<Unit> units(RoundPlan plan) {
    return inner.units(plan);
  }

  @Override
  public Map<String, HostTensor> merge(Unit unit, Merge merge) {
    return inner.merge(unit, merge);
  }

  @Override
  public double[] weights(List<ClientReport> clients) {
    return inner.weights(clients);
  }

  @Override
  public boolean averages() {
    return inner.averages();
  }

  @Override
  public boolean takesRanks() {
    return inner.takesRanks();
  }

  @Override
  public Map<String, HostTensor> start(Map<String, HostTensor> given, Participant client) {
    return inner.start(given, client);
  }

  @Override
  public LocalRule local() {
    return inner.local();
  }

  @Override
  public boolean leavesModel(Trainables trainables) {
    return inner.leavesModel(trainables);
  }

  @Override
  public boolean pooled() {
    return inner.pooled();
  }

  @Override
  public boolean takesStepsOfCohort() {
    return inner.takesStepsOfCohort();
  }
}
