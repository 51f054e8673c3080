package org.holdfast.gateway.admin;

import java.util.function.Supplier;
import org.holdfast.gateway.tls.WatchedFiles;
import org.jspecify.annotations.Nullable;

/**
 * Puts into the events that a watched file has changed, or cannot be used. Thread-safe.
 *
 * @param kind what it is: {@code certificate}, {@code tokens}, {@code accounts}
 * @param target whose: a door's name, {@code admin}
 * @param now what it means now, as the events keep it
 */
public record FileTold(
    AuditLog audit, String kind, String target, Supplier<? extends @Nullable Object> now)
    implements WatchedFiles.Listener {

  @Override
  public void changed() {
    audit.ofGateway(kind + ".reloaded", target, "the file has changed", null, now.get());
  }

  @Override
  public void unusable(String why) {
    audit.ofGateway(kind + ".unusable", target, why, null, null);
  }
}
