package org.holdfast.gateway.admin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.holdfast.gateway.tls.ServerTls;
import org.holdfast.gateway.tls.WatchedFiles;
import org.jspecify.annotations.Nullable;

/**
 * The files that say who may use the API and with which certificate, looked at every {@link
 * ServerTls#LOOK_INTERVAL} by a thread of their own. What is wrong in a new one leaves the old in
 * use. Thread-safe.
 */
final class AdminFiles implements AutoCloseable {

  private final WatchedFiles<Tokens> tokens;
  private final @Nullable ServerTls tls;
  private final ScheduledExecutorService looking =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("admin-files").daemon().factory());

  /**
   * Makes {@code operator.token} when there is none, and reads the tokens.
   *
   * @throws IOException with one line for people
   */
  AdminFiles(AdminSettings settings, AuditLog audit) throws IOException {
    this.tls = settings.tls();
    Path data = settings.data();
    List<Path> files = new ArrayList<>(List.of(OperatorToken.file(data)));
    if (!settings.tokens().isEmpty()) {
      files.add(Path.of(settings.tokens()));
    }
    String _ = OperatorToken.of(data);
    this.tokens =
        new WatchedFiles<>(
            "admin: tokens",
            files,
            () -> Tokens.of(OperatorToken.read(OperatorToken.file(data)), settings.tokens()));
    tokens.onChange(
        new FileTold(audit, "tokens", "admin", () -> Map.of("tokens", tokens().size())));
    if (tls != null) {
      tls.onChange(
          new FileTold(
              audit, "certificate", "admin", () -> Map.of("ends", tls.notAfter().toString())));
    }
  }

  /** As the files say, or said when they could last be read. */
  Tokens tokens() {
    return tokens.current();
  }

  void start() {
    long interval = ServerTls.LOOK_INTERVAL.toMillis();
    var _ = looking.scheduleWithFixedDelay(this::look, interval, interval, TimeUnit.MILLISECONDS);
  }

  /** Looks whether a file has changed. Happens by itself; blocks on files. */
  void look() {
    tokens.look();
    if (tls != null) {
      tls.look();
    }
  }

  /** What stands in a file and is not in use, because it cannot be used; in words. */
  List<String> troubles() {
    List<String> troubles = new ArrayList<>();
    tokens.trouble().ifPresent(troubles::add);
    Optional.ofNullable(tls).flatMap(ServerTls::trouble).ifPresent(troubles::add);
    return troubles;
  }

  @Override
  public void close() {
    var _ = looking.shutdownNow();
  }
}
