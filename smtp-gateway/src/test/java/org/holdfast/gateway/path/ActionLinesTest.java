package org.holdfast.gateway.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.holdfast.gateway.log.LinesOf;
import org.holdfast.holdqueue.EmbeddedHoldQueue;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Held;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.holdqueue.QueueFilter;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.holdqueue.StoreException;
import org.holdfast.holdqueue.StoreSettings;
import org.holdfast.holdqueue.disk.RealDisk;
import org.holdfast.holdqueue.dispatch.DispatchLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What a person does to a delivery is a line under every name that its recipient has. */
class ActionLinesTest {

  @TempDir Path folder;

  @RegisterExtension final LinesOf lines = new LinesOf("org.holdfast.delivery");

  @Test
  void everyAction_namesBothAddresses() throws IOException, StoreException {
    Recipient elsewhere = new Recipient("ann@x", "ann@x", "ann@x", Map.of());
    assertThat(told(queue -> queue.park(QueueFilter.message("M1"), "op", "look at it")))
        .isEqualTo("M1 bob+news@x alias@x op parked look at it");
    assertThat(told(queue -> queue.retry(QueueFilter.message("M1"), "op")))
        .isEqualTo("M1 bob+news@x alias@x op retried to be tried now");
    assertThat(told(queue -> queue.redirect(QueueFilter.message("M1"), elsewhere, "p1", "op")))
        .isEqualTo("M1 bob+news@x alias@x op redirected to <ann@x>");
    assertThat(told(queue -> queue.discard(QueueFilter.message("M1"), "op", "spam")))
        .isEqualTo("M1 ann@x ann@x op discarded spam");
  }

  private String told(Consumer<HoldQueue> action) throws IOException, StoreException {
    try (EmbeddedHoldQueue queue =
        EmbeddedHoldQueue.open(
            StoreSettings.in(folder).bounds(1L << 30, 0),
            DispatchLimits.defaults(),
            new RealDisk(),
            InstantSource.system())) {
      if (queue.count(QueueFilter.any()) == 0) {
        queue.store(
            new Envelope("M1", "s@x", Instant.EPOCH, "mx [192.0.2.1]", Map.of()),
            Returned.letter("Subject: x\r\n\r\n"),
            List.of(
                new Held(
                    new Recipient("bob+news@x", "bob@x", "alias@x", Map.of()),
                    "p1",
                    Held.Entry.WAITING,
                    "",
                    null)));
      }
      lines.list().clear();
      action.accept(queue);
    }
    assertThat(lines.list()).hasSize(1);
    Map<String, Object> fields =
        lines.list().getFirst().getKeyValuePairs().stream()
            .collect(Collectors.toMap(p -> p.key, p -> p.value));
    return String.join(
        " ",
        List.of("id", "to", "orig_to", "by", "status", "reply").stream()
            .map(key -> String.valueOf(fields.get(key)))
            .toList());
  }
}
