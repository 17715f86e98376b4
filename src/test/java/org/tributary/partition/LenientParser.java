package org.tributary.partition;

import org.apache.spark.sql.SparkSessionExtensions;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.TableIdentifier;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.parser.ParseException;
import org.apache.spark.sql.catalyst.parser.ParserInterface;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import scala.collection.Seq;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/**
 * A parser that takes every statement for a query, as some extensions of Spark do.
 *
 * @param spark the parser that does the work
 */
record LenientParser(ParserInterface spark) implements ParserInterface {
  /** Puts it in the place of Spark's parser: value of {@code spark.sql.extensions}. */
  public static final class Extension extends AbstractFunction1<SparkSessionExtensions, BoxedUnit> {
    @Override
    public BoxedUnit apply(SparkSessionExtensions extensions) {
      extensions.injectParser((session, spark) -> new LenientParser(spark));
      return BoxedUnit.UNIT;
    }
  }

  @Override
  public LogicalPlan parseQuery(String sql) throws ParseException {
    return parsePlan(sql);
  }

  @Override
  public LogicalPlan parsePlan(String sql) throws ParseException {
    return spark.parsePlan(sql);
  }

  @Override
  public Expression parseExpression(String sql) throws ParseException {
    return spark.parseExpression(sql);
  }

  @Override
  public TableIdentifier parseTableIdentifier(String sql) throws ParseException {
    return spark.parseTableIdentifier(sql);
  }

  @Override
  public FunctionIdentifier parseFunctionIdentifier(String sql) throws ParseException {
    return spark.parseFunctionIdentifier(sql);
  }

  @Override
  public Seq<String> parseMultipartIdentifier(String sql) throws ParseException {
    return spark.parseMultipartIdentifier(sql);
  }

  @Override
  public StructType parseTableSchema(String sql) throws ParseException {
    return spark.parseTableSchema(sql);
  }

  @Override
  public DataType parseDataType(String sql) throws ParseException {
    return spark.parseDataType(sql);
  }
}
