package org.holdfast.gateway.path;

import com.codahale.metrics.MetricRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.holdfast.gateway.bounce.RefusalKind;
import org.holdfast.gateway.bounce.Reporter;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Intake;
import org.holdfast.routing.Gatekeeper;

/** How tests return mail: in the name of gw1.test, policy and content unless said otherwise. */
final class Returned {

  static final Set<RefusalKind> USUAL = Set.of(RefusalKind.POLICY, RefusalKind.CONTENT);

  private Returned() {}

  static AfterAcceptance with(
      Gatekeeper gate,
      Intake queue,
      Smarthost smarthost,
      Set<RefusalKind> kinds,
      Executor threads,
      MetricRegistry counted) {
    return with(gate, queue, smarthost, kinds, UnaryOperator.identity(), threads, counted);
  }

  /** The same with ids that tell one life of the gateway from the next. */
  static AfterAcceptance with(
      Gatekeeper gate,
      Intake queue,
      Smarthost smarthost,
      Set<RefusalKind> kinds,
      UnaryOperator<String> name,
      Executor threads,
      MetricRegistry counted) {
    AtomicInteger ids = new AtomicInteger();
    SenderNotices notices =
        new SenderNotices(
            gate,
            queue,
            smarthost,
            new Reporter("gw1.test", "postmaster@gw1.test"),
            () -> name.apply("DSN" + ids.incrementAndGet()),
            InstantSource.fixed(Instant.EPOCH));
    return new AfterAcceptance(kinds, notices, threads, counted);
  }

  static Content letter(String text) {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    return new Content() {
      @Override
      public long size() {
        return octets.length;
      }

      @Override
      public InputStream open() {
        return new ByteArrayInputStream(octets);
      }
    };
  }

  static String text(Content content) throws IOException {
    try (InputStream in = content.open()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
