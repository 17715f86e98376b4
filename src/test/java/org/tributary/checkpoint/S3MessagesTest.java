package org.tributary.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.SdkClientException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.s3a.AWSClientIOException;
import org.apache.hadoop.fs.s3a.UnknownStoreException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tributary.error.Trouble;

/** S3 failures from hadoop-aws 3.3.4 and Amazon's client 1.12.262 are reported in one line each. */
class S3MessagesTest {
  private static final Path FILE = new Path("s3a://lake/runs/a/config.yaml");
  private static final String REQUEST =
      "Request ID: 4Z2; S3 Extended Request ID: q/==; Proxy: null), S3 Extended Request ID: q/==";

  @TempDir java.nio.file.Path dir;

  private static SdkClientException service(String words, String status, String code) {
    return new SdkClientException(
        "%s (Service: Amazon S3; Status Code: %s; Error Code: %s; %s"
            .formatted(words, status, code, REQUEST));
  }

  private static IOException denied(SdkClientException cause) {
    IOException e = new AccessDeniedException(FILE.toString(), null, "getFileStatus: " + cause);
    e.initCause(cause);
    return e;
  }

  static Stream<Arguments> failures() {
    SdkClientException refused =
        new SdkClientException(
            "Unable to execute HTTP request: Connect to 127.0.0.1:9 [/127.0.0.1] failed: Connection refused");
    return Stream.of(
        Arguments.of(
            new AWSClientIOException("getFileStatus on " + FILE, refused),
            StoreTrouble.Kind.UNREACHABLE,
            "A file system cannot be reached: "
                + FILE
                + ": Unable to execute HTTP request: Connect to 127.0.0.1:9 [/127.0.0.1] failed: Connection refused: check host"),
        Arguments.of(
            new AWSClientIOException(
                "x",
                new SdkClientException(
                    "Unable to execute HTTP request: x.y: Name or service not known")),
            StoreTrouble.Kind.UNREACHABLE,
            "A file system cannot be reached: " + FILE + ": Unable to execute"),
        Arguments.of(
            denied(service("Access Denied", "403", "AccessDenied")),
            StoreTrouble.Kind.PERMISSION,
            FILE + ": Access Denied (403 AccessDenied): name another path"),
        Arguments.of(
            denied(service("Quota exceeded", "403", "QuotaExceeded")),
            StoreTrouble.Kind.QUOTA,
            FILE + ": Quota exceeded (403 QuotaExceeded): make room within the quota"),
        Arguments.of(
            denied(service("Forbidden", "403", "403 Forbidden")),
            StoreTrouble.Kind.PERMISSION,
            FILE + ": Forbidden (403 Forbidden): name another path"),
        Arguments.of(
            new AWSClientIOException(
                "x", service("We encountered an internal error.", "500", "InternalError")),
            StoreTrouble.Kind.MACHINE,
            FILE + ": We encountered an internal error. (500 InternalError): when the machine"),
        Arguments.of(
            new AWSClientIOException("x", service("The drive is full", "507", "XMinioStorageFull")),
            StoreTrouble.Kind.SPACE,
            FILE + ": The drive is full (507 XMinioStorageFull): make room"),
        Arguments.of(
            new UnknownStoreException(
                "s3a://lake/",
                "x",
                service("The specified bucket does not exist.", "404", "NoSuchBucket")),
            StoreTrouble.Kind.BUCKET,
            FILE + ": The specified bucket does not exist. (404 NoSuchBucket): make the bucket"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void areTheStoresAndToldInOneLine(IOException thrown, Enum<?> kind, String told) {
    assertThat(StoreTrouble.kind(thrown)).contains((StoreTrouble.Kind) kind);
    String message = StoreTrouble.of((StoreTrouble.Kind) kind, FILE, null, thrown).getMessage();
    assertThat(message).startsWith(told).doesNotContain("Request ID").hasLineCount(1);
  }

  /** A store without a bucket, or one that refuses access. */
  public static final class Failing extends FakeObjectStore {
    private static volatile IOException failure;

    @Override
    public FileStatus getFileStatus(Path path) throws IOException {
      throw failure;
    }
  }

  @Test
  void aBucketThatIsNotThereIsToldFromAFileThatIsNot() throws Exception {
    Configuration hadoop = new Configuration();
    FakeObjectStore.set(hadoop, Failing.class, dir);
    Store store = Store.of(hadoop);
    Failing.failure =
        new UnknownStoreException("s3a://lake/", "x", service("no", "404", "NoSuchBucket"));
    assertThat(ObjectStores.lackBucket(store, FILE)).isTrue();
    Failing.failure = new FileNotFoundException(FILE.toString());
    assertThat(ObjectStores.lackBucket(store, FILE)).isFalse();
    Failing.failure = denied(service("Access Denied", "403", "AccessDenied"));
    assertThatThrownBy(() -> ObjectStores.lackBucket(store, FILE)).isInstanceOf(Trouble.class);
    assertThat(ObjectStores.lackBucket(store, new Path("file:///nowhere"))).isFalse();
  }

  @Test
  void itsOwnTriesAreBoundedWhereNobodyHasSetThem() {
    Configuration hadoop = new Configuration();
    assertThat(S3Settings.missing(hadoop))
        .containsEntry("fs.s3a.attempts.maximum", "1")
        .containsEntry("fs.s3a.connection.timeout", "30000");
    hadoop.set("fs.s3a.attempts.maximum", "20");
    S3Settings.missing(hadoop).forEach(hadoop::set);
    assertThat(hadoop.get("fs.s3a.attempts.maximum")).isEqualTo("20");
    assertThat(hadoop.get("fs.s3a.retry.limit")).isEqualTo("2");
    assertThat(S3Settings.missing(hadoop)).isEmpty();
  }
}
