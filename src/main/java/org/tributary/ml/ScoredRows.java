package org.tributary.ml;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * The scored rows of a partition, computed batch by batch as they are asked for. Spark may ask in
 * another thread than the one that ends the task, so asking and closing exclude each other.
 */
final class ScoredRows<T> implements Iterator<Row>, AutoCloseable {
  private final ScoringWork<T> work;
  private final Iterator<Row> rows;
  private final TaskModels models;
  private final Deque<Row> scored = new ArrayDeque<>();
  private boolean closed;

  ScoredRows(ScoringWork<T> work, Iterator<Row> rows) {
    this.work = work;
    this.rows = rows;
    models = new TaskModels(work.source(), work.threads());
  }

  @Override
  public synchronized boolean hasNext() {
    return !scored.isEmpty() || rows.hasNext();
  }

  @Override
  public synchronized Row next() {
    if (scored.isEmpty()) {
      if (!rows.hasNext()) {
        throw new NoSuchElementException();
      }
      scoreBatch();
    }
    return scored.remove();
  }

  private void scoreBatch() {
    if (closed) {
      throw new TaskKilledException("its task has ended");
    }
    List<Row> batch = new ArrayList<>();
    List<T> read = new ArrayList<>();
    while (batch.size() < work.batch() && rows.hasNext()) {
      Row row = rows.next();
      batch.add(row);
      read.add(work.scorer().input(row));
    }
    checkGoesOn();
    List<T> inputs = read.stream().filter(Objects::nonNull).toList();
    Iterator<Object[]> values =
        inputs.isEmpty()
            ? Collections.emptyIterator()
            : models
                .with((loaded, scratch) -> work.scorer().score(loaded, scratch, inputs))
                .iterator();
    for (int i = 0; i < batch.size(); i++) {
      scored.add(
          longer(batch.get(i), read.get(i) == null ? new Object[work.width()] : values.next()));
    }
  }

  private static void checkGoesOn() {
    TaskContext task = TaskContext.get();
    if (task != null && task.isInterrupted()) {
      throw new TaskKilledException(task.getKillReason().getOrElse(() -> "killed"));
    }
    LoadedModel.checkGoesOn();
  }

  private static Row longer(Row row, Object... values) {
    Object[] all = new Object[row.size() + values.length];
    for (int i = 0; i < row.size(); i++) {
      all[i] = row.get(i);
    }
    System.arraycopy(values, 0, all, row.size(), values.length);
    return RowFactory.create(all);
  }

  @Override
  public synchronized void close() {
    closed = true;
    models.close();
  }
}
