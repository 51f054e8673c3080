package org.holdfast.gateway.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The real jar as a process of its own, so that it can be killed with SIGKILL and started again on
 * the same data. Ports are chosen once: an upstream MX must find it again.
 */
final class GatewayProcess implements AutoCloseable {

  private static final long READY_SECONDS = 30;

  final int smtpPort = Peers.freePort();
  final int adminPort = Peers.freePort();

  private final Path folder;
  private @Nullable Process process;

  /** Writes configuration and map; starts nothing yet. */
  GatewayProcess(String map) throws IOException {
    folder = Files.createTempDirectory("holdfast-gateway-");
    Files.writeString(folder.resolve("map.yaml"), map);
    Files.writeString(folder.resolve("holdfast.yaml"), configuration());
  }

  /** Returns when the ready line was printed. */
  void start() throws IOException, InterruptedException {
    awaitReady(launch());
  }

  /** Begins to start it and returns at once, so that it can be killed while it recovers. */
  Process launch() throws IOException {
    Process started =
        new ProcessBuilder(command())
            .redirectError(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
            .start();
    process = started;
    return started;
  }

  /** Deletes the queue's index, which may go while nothing runs; the log is the truth. */
  void deleteIndex() throws IOException {
    Path index = folder.resolve("data/queue/index");
    if (Files.exists(index)) {
      Folders.remove(index);
    }
  }

  /** Its queue's folder. */
  Path queue() {
    return folder.resolve("data/queue");
  }

  /** SIGKILL: nothing is flushed, nothing is said. */
  void kill9() throws InterruptedException {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
  }

  String operatorToken() throws IOException {
    return Files.readString(folder.resolve("data/operator.token")).strip();
  }

  /** What it wrote to stderr so far, over all its lives. */
  String log() throws IOException {
    return Files.readString(folder.resolve("log"));
  }

  @Override
  public void close() throws IOException {
    if (process != null) {
      Command.end(process);
    }
    Folders.remove(folder);
  }

  private List<String> command() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx256m",
        "-jar",
        jar().toString(),
        "serve",
        "--config",
        folder.resolve("holdfast.yaml").toString());
  }

  private static Path jar() {
    Path jar = Path.of(System.getProperty("basedir", "."), "target", "holdfast.jar");
    if (!Files.exists(jar)) {
      throw new IllegalStateException(jar + " is missing: run this test with 'mvn verify'");
    }
    return jar;
  }

  private void awaitReady(Process started) throws IOException, InterruptedException {
    FutureTask<String> first = new FutureTask<>(() -> firstLine(started));
    Thread.ofVirtual().start(first);
    try {
      String line = first.get(READY_SECONDS, TimeUnit.SECONDS);
      if (!line.startsWith("holdfast ready ")) {
        throw new IOException("not ready: '" + line + "'; log: " + log());
      }
    } catch (TimeoutException | ExecutionException e) {
      throw new IOException("no ready line; log: " + log(), e);
    }
  }

  private static String firstLine(Process started) throws IOException {
    BufferedReader out =
        new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    return line == null ? "" : line;
  }

  private String configuration() {
    return """
    node: gw1
    hostname: gateway.test
    data: "%1$s/data"
    smtp: { listen: "127.0.0.1:%2$d" }
    lmtp: { listen: "127.0.0.1:0" }
    admin: { listen: "127.0.0.1:%3$d" }
    store: { kind: embedded, max-bytes: 1GiB, min-free: 16MiB }
    retry: { first: 1s, max: 5s }
    map: { load: "%1$s/map.yaml" }
    """
        .formatted(folder, smtpPort, adminPort);
  }
}
