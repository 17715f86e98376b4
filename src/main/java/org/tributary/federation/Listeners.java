package org.tributary.federation;

import org.apache.spark.SparkConf;
import org.tributary.error.WrongInput;

/** Makes the listeners that Spark's properties name. */
final class Listeners {
  private Listeners() {}

  static ClientListener forClients(SparkConf conf) {
    String name = conf.get(ClientListener.PROPERTY, "");
    if (name.isEmpty()) {
      return (moment, client, round, step) -> {};
    }
    try {
      ClassLoader loader = Thread.currentThread().getContextClassLoader();
      return (ClientListener)
          Class.forName(name, true, loader).getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException | ClassCastException e) {
      throw new WrongInput(
          "%s: %s is not a ClientListener with a public constructor without arguments on the class path"
              .formatted(ClientListener.PROPERTY, name),
          e);
    }
  }
}
