package org.holdfast.gateway.simulation;

import java.util.function.Consumer;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Delivery;
import org.holdfast.holdqueue.NextHops;
import org.holdfast.holdqueue.Outcome;
import org.jspecify.annotations.Nullable;

/** The real courier, with priorities and what is broken on purpose. */
final class Hops implements NextHops {

  private final World world;
  private final NextHops courier;
  private @Nullable Content another;

  Hops(World world, NextHops courier) {
    this.world = world;
    this.courier = courier;
  }

  @Override
  public Way way(String lane) {
    return switch (courier.way(lane)) {
      case Way.Open open -> {
        String line = world.broken == Broken.ONE_LINE_FOR_ALL ? "all" : open.nextHop();
        world.lines.put(lane, line);
        int priority = world.priorities.getOrDefault(lane, open.priority());
        yield new Way.Open(line, open.member(), priority);
      }
      case Way.Shut shut -> shut;
      case Way.Unknown unknown -> {
        world.troubleForAll();
        yield unknown;
      }
    };
  }

  @Override
  public void attempt(Delivery delivery, Content content, Consumer<Outcome> done) {
    Content given = content;
    if (world.broken == Broken.CONTENT_OF_ANOTHER) {
      given = another == null ? content : another;
      another = content;
    }
    courier.attempt(delivery, given, done);
  }
}
