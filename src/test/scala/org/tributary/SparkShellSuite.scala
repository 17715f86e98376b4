package org.tributary

import java.nio.file.{Files, Path}

import org.apache.spark.sql.{Row, SparkSession}
import org.apache.spark.sql.functions.{col, max}
import org.scalatest.BeforeAndAfterAll
import org.scalatest.funsuite.AnyFunSuite
import org.tributary.config.{ConfigReader, TrainConfig}
import org.tributary.federation.{Federation, RoundListener, Tiny}
import org.tributary.fixture.Slow
import org.tributary.run.RunSpec

import scala.collection.JavaConverters._

/** A tiny training as a spark-shell user types it: session, configuration, training, tables. */
@Slow
class SparkShellSuite extends AnyFunSuite with BeforeAndAfterAll {
  private lazy val dir: Path = Files.createTempDirectory("spark-shell")
  private lazy val spark: SparkSession =
    SparkSession
      .builder()
      .master("local[2]")
      .appName("spark-shell")
      .config("spark.sql.shuffle.partitions", 2)
      .getOrCreate()

  override def afterAll(): Unit = {
    spark.stop()
    val paths = Files.walk(dir)
    try paths.iterator().asScala.toSeq.reverse.foreach(p => Files.delete(p))
    finally paths.close()
  }

  private lazy val config: TrainConfig = ConfigReader.read(
    "tiny.yaml",
    new Tiny(dir, 11, 30, 7).yaml("shell", "fedavg"),
    Seq("rounds=2").asJava,
    classOf[TrainConfig],
    RunSpec.CHOICES)

  private def train(): Federation.Outcome = new Federation(spark, RoundListener.NONE).train(config)

  private lazy val outcome: Federation.Outcome = train()

  private def table(name: String) =
    spark.read.parquet(s"${outcome.folder.tables}/$name")

  private def attempts(): Set[Row] =
    table("clients").select("client", "round", "attempt").collect().toSet

  test("a training gives a model folder") {
    assert(outcome.results.size == 1)
    val model = Path.of(outcome.results.get(0).toUri.getPath)
    assert(Files.exists(model.resolve("config.json")))
    assert(Files.size(model.resolve("model.safetensors")) > 0)
  }

  test("the tables are read as DataFrames, with the run in each row") {
    val rounds = table("rounds").orderBy("round").collect()
    assert(rounds.map(_.getAs[Int]("round")).toSeq == Seq(1, 2))
    assert(rounds.map(_.getAs[Int]("accepted")).toSeq == Seq(3, 3))
    assert(rounds.forall(_.getAs[String]("run") == outcome.run))
    assert(rounds.map(_.getAs[Long]("samples")).toSeq == Seq(48L, 48L))
  }

  test("a client's weight is its share of the rows") {
    val weights = table("clients")
      .where(col("round") === 1)
      .orderBy("client")
      .collect()
      .map(row => row.getAs[String]("client") -> row.getAs[Double]("weight"))
    assert(weights.toSeq == Seq("0000" -> 11 / 48.0, "0001" -> 30 / 48.0, "0002" -> 7 / 48.0))
  }

  test("the last round is evaluated on every test row") {
    val last = table("evals").agg(max("round")).head().getInt(0)
    val row = table("evals").where(col("round") === last).head()
    assert(row.getAs[Long]("rows") == 60L)
    assert(row.getAs[Double]("accuracy") >= 0 && row.getAs[Double]("accuracy") <= 1)
    assert(row.getAs[Double]("loss") > 0)
  }

  test("the same configuration again changes nothing and trains nobody") {
    val before = attempts()
    val again = train()
    assert(again.run == outcome.run)
    assert(attempts() == before)
  }
}
