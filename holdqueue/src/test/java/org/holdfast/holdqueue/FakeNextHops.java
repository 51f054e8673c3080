package org.holdfast.holdqueue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;

/** A world outside that says what the test wants and keeps what it was given. */
final class FakeNextHops implements NextHops {

  final Map<String, Way> ways = new ConcurrentHashMap<>();
  final List<String> delivered = new CopyOnWriteArrayList<>();
  volatile Way otherwise = new Way.Shut("", "on hold");
  volatile Function<Delivery, Outcome> backend = d -> new Outcome.Delivered("250 2.0.0 ok");

  void open(String lane, String nextHop) {
    ways.put(lane, new Way.Open(nextHop, "member", 0));
  }

  @Override
  public Way way(String lane) {
    return ways.getOrDefault(lane, otherwise);
  }

  @Override
  public void attempt(Delivery delivery, Content content, Consumer<Outcome> done) {
    Thread.ofVirtual()
        .start(() -> {
          Outcome outcome = backend.apply(delivery);
          if (outcome instanceof Outcome.Delivered) {
            delivered.add(delivery.recipient().address() + " " + text(content));
          }
          done.accept(outcome);
        });
  }

  static String text(Content content) {
    try (InputStream in = content.open()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
