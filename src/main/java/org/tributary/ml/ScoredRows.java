package org.tributary.ml;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.tributary.error.WrongInput;

/**
 * The scored rows of a partition, computed batch by batch as they are asked for. Spark may ask in
 * another thread than the one that ends the task, so asking and closing exclude each other.
 */
final class ScoredRows<T> implements Iterator<Row>, AutoCloseable {
  private final ScoringWork<T> work;
  private final Iterator<Row> rows;
  private final TaskModels models;
  private final Deque<Row> scored = new ArrayDeque<>();
  private long done;

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
    List<Row> batch = new ArrayList<>();
    List<T> read = new ArrayList<>();
    while (batch.size() < work.batch() && rows.hasNext()) {
      Row row = rows.next();
      batch.add(row);
      read.add(work.scorer().input(row));
    }
    checkGoesOn();
    Iterator<Object[]> values = score(read.stream().filter(Objects::nonNull).toList()).iterator();
    for (int i = 0; i < batch.size(); i++) {
      Object[] added = read.get(i) == null ? null : values.next();
      scored.add(longer(batch.get(i), added == null ? new Object[work.width()] : added));
    }
    done += batch.size();
  }

  private List<Object[]> score(List<T> inputs) {
    if (inputs.isEmpty()) {
      return List.of();
    }
    return models.with(
        (loaded, scratch) -> {
          try {
            return work.scorer().score(loaded, scratch, inputs);
          } catch (WrongInput e) {
            throw new WrongInput(
                "partition %d, after %d rows: %s"
                    .formatted(TaskContext.getPartitionId(), done, e.getMessage()),
                e);
          }
        });
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
    models.close();
  }
}
