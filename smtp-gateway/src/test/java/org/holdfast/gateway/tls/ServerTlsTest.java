package org.holdfast.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.holdfast.gateway.tls.ServerTls.MinVersion;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The files are replaced while the server runs; time stands where the test puts it. */
class ServerTlsTest {

  @TempDir Path folder;
  private Path certificate;
  private Path key;
  private Instant now = Instant.parse("2026-11-22T10:00:00Z");
  private final Logger logger = (Logger) LoggerFactory.getLogger("org.holdfast.gateway.tls");
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

  @BeforeEach
  void files() throws IOException {
    certificate = Files.copy(Pems.of("ec.crt"), folder.resolve("tls.crt"));
    key = Files.copy(Pems.of("ec.key"), folder.resolve("tls.key"));
    logged.start();
    logger.setLevel(Level.INFO);
    logger.addAppender(logged);
  }

  @AfterEach
  void quiet() {
    logger.detachAppender(logged);
    logger.setLevel(null);
  }

  @Test
  void pair_replaced_isUsedFromTheNextLookOn() throws Exception {
    ServerTls tls = tls();
    Pems.replace(certificate, "rsa.crt");
    Pems.replace(key, "rsa.key");

    assertThat(algorithm(tls)).isEqualTo("EC");
    tls.look();
    assertThat(algorithm(tls)).isEqualTo("RSA");
    assertThat(lines(Level.INFO)).hasSize(1).first().asString().contains("the new one is in use");
  }

  @Test
  void pair_replacedInTwoSteps_neverBreaks_andSaysNothing() throws Exception {
    ServerTls tls = tls();

    Pems.replace(certificate, "rsa.crt");
    tls.look();
    assertThat(algorithm(tls)).isEqualTo("EC");
    Pems.replace(key, "rsa.key");
    tls.look();

    assertThat(algorithm(tls)).isEqualTo("RSA");
    assertThat(lines(Level.ERROR)).isEmpty();
  }

  @Test
  void file_thatStaysBroken_isToldOnceForEachChange() throws Exception {
    ServerTls tls = tls();

    Files.writeString(certificate, "-----BEGIN CERTIFICATE-----\nnot yet");
    looks(tls, 5);
    assertThat(lines(Level.ERROR))
        .singleElement()
        .asString()
        .contains("tls.crt: there is no certificate in it", "the old one stays in use");
    Files.delete(certificate);
    looks(tls, 5);
    assertThat(lines(Level.ERROR)).hasSize(2).last().asString().contains("there is no such file");
    assertThat(algorithm(tls)).isEqualTo("EC");

    Pems.replace(certificate, "rsa.crt");
    Pems.replace(key, "rsa.key");
    looks(tls, 5);
    assertThat(algorithm(tls)).isEqualTo("RSA");
    assertThat(lines(Level.ERROR)).hasSize(2);
  }

  @Test
  void file_thatComesBackAsItWas_isNoChange() throws Exception {
    ServerTls tls = tls();
    FileTime then = Files.getLastModifiedTime(certificate);

    Files.move(certificate, folder.resolve("away"));
    tls.look();
    Files.move(folder.resolve("away"), certificate);
    Files.setLastModifiedTime(certificate, then);
    looks(tls, 3);

    assertThat(logged.list).isEmpty();
  }

  @Test
  void end_withinTwoWeeks_isWarnedOfOnceADay() throws Exception {
    ServerTls tls = tls();
    Instant end = Credentials.read(certificate, key).notAfter();

    now = end.minus(Duration.ofDays(14)).minusSeconds(1);
    looks(tls, 3);
    assertThat(lines(Level.WARN)).isEmpty();
    assertThat(tls.daysLeft()).isEqualTo(14);
    now = end.minus(Duration.ofDays(14));
    looks(tls, 3);
    assertThat(lines(Level.WARN)).singleElement().asString().contains("tls.crt ends at " + end);
    now = now.plus(Duration.ofDays(1)).minusSeconds(1);
    looks(tls, 3);
    assertThat(lines(Level.WARN)).hasSize(1);
    now = now.plusSeconds(1);
    looks(tls, 3);
    assertThat(lines(Level.WARN)).hasSize(2);
    now = end.plusSeconds(1);
    looks(tls, 3);
    assertThat(lines(Level.WARN)).hasSize(3).last().asString().contains("has ended at " + end);
    assertThat(tls.daysLeft()).isEqualTo(-1);
  }

  @Test
  void versions_areTheModernOnes() throws Exception {
    assertThat(protocols(MinVersion.TLS_1_2)).containsExactlyInAnyOrder("TLSv1.2", "TLSv1.3");
    assertThat(protocols(MinVersion.TLS_1_3)).containsExactly("TLSv1.3");
  }

  @Test
  void start_withABrokenPair_isRefused() throws Exception {
    Pems.replace(key, "rsa.key");

    assertThatThrownBy(this::tls)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("tls.key: the key does not belong");
  }

  private List<String> protocols(MinVersion min) throws IOException {
    return List.of(
        new ServerTls("smtp", certificate, key, min, Optional.empty(), () -> now)
            .newHandler(UnpooledByteBufAllocator.DEFAULT)
            .engine()
            .getEnabledProtocols());
  }

  private ServerTls tls() throws IOException {
    return new ServerTls("smtp", certificate, key, MinVersion.TLS_1_2, Optional.empty(), () -> now);
  }

  private static void looks(ServerTls tls, int times) {
    for (int i = 0; i < times; i++) {
      tls.look();
    }
  }

  /** Of the certificate that a connection beginning now would be shown. */
  private static String algorithm(ServerTls tls) throws Exception {
    X509Certificate shown = Handshake.with(tls);
    return shown.getPublicKey().getAlgorithm();
  }

  private List<String> lines(Level level) {
    return logged.list.stream()
        .filter(event -> event.getLevel() == level)
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }
}
