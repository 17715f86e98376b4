package org.tributary.partition;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.catalyst.parser.ParserInterface;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/**
 * An extension with a parser that takes every statement for a query, as some extensions of Spark
 * do: value of {@code spark.sql.extensions}.
 */
public final class LenientParser extends AbstractFunction1<SparkSessionExtensions, BoxedUnit> {
  @Override
  public BoxedUnit apply(SparkSessionExtensions extensions) {
    extensions.injectParser((session, spark) -> lenient(spark));
    return BoxedUnit.UNIT;
  }

  private static ParserInterface lenient(ParserInterface spark) {
    return (ParserInterface)
        Proxy.newProxyInstance(
            LenientParser.class.getClassLoader(),
            new Class<?>[] {ParserInterface.class},
            (proxy, method, sql) -> call(spark, method, sql));
  }

  private static Object call(ParserInterface spark, Method method, Object[] sql) throws Throwable {
    boolean query = method.getName().equals("parseQuery");
    try {
      return query ? spark.parsePlan((String) sql[0]) : method.invoke(spark, sql);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
