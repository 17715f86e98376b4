package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.apache.logging.log4j.core.LoggerContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What users see of a job's log: conf/log4j2.properties. */
class LoggingTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final PrintStream err = System.err;
  private LoggerContext context;

  @BeforeEach
  void configure() {
    System.setErr(new PrintStream(written, true));
    context = new LoggerContext("test", null, Path.of("conf/log4j2.properties").toUri());
    context.start();
  }

  @AfterEach
  void stop() {
    context.stop();
    System.setErr(err);
  }

  private List<String> lines() {
    return written.toString().lines().toList();
  }

  @Test
  void whatOthersThrowIsOneLine() {
    Exception thrown = new IOException("Failed to send RPC\n\tat deep", new IOException("closed"));
    context.getLogger("org.apache.spark.network.client.X").error("Failed to answer", thrown);
    context.getLogger("org.apache.hadoop.Y").warn("by itself");
    context.getLogger("org.apache.spark.Z").warn("first\n\tat trace in the message");
    assertThat(lines()).hasSize(3);
    assertThat(lines().get(0)).endsWith(" ERROR X: Failed to answer: Failed to send RPC");
    assertThat(lines().get(1)).endsWith(" WARN Y: by itself");
    assertThat(lines().get(2)).endsWith(" WARN Z: first");
  }

  @Test
  void ourOwnFailuresHaveTheirTraceOnce() {
    context.getLogger("org.tributary.Main").error("failed", new IllegalStateException("x"));
    assertThat(lines().get(0)).endsWith(" ERROR Main: failed");
    assertThat(lines().get(1)).isEqualTo("java.lang.IllegalStateException: x");
    assertThat(lines()).filteredOn(line -> line.contains("IllegalStateException")).hasSize(1);
    assertThat(lines()).anyMatch(line -> line.startsWith("\tat "));
  }

  @Test
  void whatIsNoConcernOfPeopleIsNotTold() {
    context.getLogger("org.apache.spark.util.Utils").warn("could not bind on port 4040");
    context
        .getLogger("org.apache.spark.scheduler.cluster.YarnScheduler")
        .warn("Initial job has not accepted any resources");
    context
        .getLogger("org.apache.spark.rpc.netty.Dispatcher")
        .warn("Message RemoteProcessDisconnected(192.0.2.2:39200) dropped.");
    context
        .getLogger("org.apache.spark.rpc.netty.Inbox")
        .error("Ignoring error", new NullPointerException("idWithoutTopologyInfo is null"));
    context.getLogger("org.apache.hadoop.hdfs.DFSClient").warn("Error while syncing");
    context.getLogger("org.apache.hadoop.hdfs.DataStreamer").error("Exception in stream");
    context
        .getLogger("org.apache.spark.scheduler.TaskSchedulerImpl")
        .warn("Initial job has not accepted any resources");
    context.getLogger("org.apache.spark.scheduler.TaskSchedulerImpl").error("Lost executor 3");
    context.getLogger("org.apache.spark.rpc.netty.Inbox").error("An error happened", new Error());
    assertThat(lines()).hasSize(2);
  }
}
