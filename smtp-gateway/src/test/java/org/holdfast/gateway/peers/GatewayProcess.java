package org.holdfast.gateway.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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

  /** Long, because a busy machine's disk may stall; how fast a start is, is measured elsewhere. */
  private static final long READY_SECONDS = 180;

  private static final int LOG_LINES = 40;

  /** The store's bounds that most peers need. */
  static final String ROOMY = "max-bytes: 1GiB, min-free: 16MiB";

  final int smtpPort = Peers.freePort();
  final int adminPort = Peers.freePort();

  private final Path folder;
  private final List<String> options;
  private @Nullable Process process;
  private boolean kept;
  private String added = "";
  private String storeKeys = ROOMY;
  private int mostFileOctets;

  /** Writes configuration and map; starts nothing yet. */
  GatewayProcess(String map) throws IOException {
    this(map, ROOMY, "-Xmx256m");
  }

  /**
   * The same.
   *
   * @param store keys of the section {@code store}
   * @param options for java
   */
  GatewayProcess(String map, String store, String... options) throws IOException {
    this(Files.createTempDirectory("holdfast-gateway-"), map, store, options);
  }

  /** The same in this folder, which is removed at the end. */
  GatewayProcess(Path folder, String map, String store, String... options) throws IOException {
    this.folder = folder;
    this.options = List.of(options);
    Files.writeString(folder.resolve("map.yaml"), map);
    store(store);
  }

  /** The section {@code store} from the next start on. */
  void store(String keys) throws IOException {
    storeKeys = keys;
    Files.writeString(folder.resolve("holdfast.yaml"), configuration(keys));
  }

  /**
   * Further sections of the configuration, instead of those said before, from the next start on.
   */
  void add(String sections) throws IOException {
    added = sections;
    store(storeKeys);
  }

  /** From the next start on no file of its may be larger, 0: any may, as far as the disk goes. */
  void limitFiles(int octets) {
    mostFileOctets = octets;
  }

  /** Leaves its folder where it is, for a person who wants to know what happened. */
  Path keep() {
    kept = true;
    return folder;
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

  /** Its data folder. */
  Path data() {
    return folder.resolve("data");
  }

  /** The file with what it wrote to stderr, over all its lives. */
  Path logFile() {
    return folder.resolve("log");
  }

  /** The process that runs, or ran last. */
  Process process() {
    return Objects.requireNonNull(process);
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

  private String endOfLog() throws IOException {
    List<String> lines = log().lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
  }

  @Override
  public void close() throws IOException {
    if (process != null) {
      Command.end(process);
    }
    if (!kept) {
      Folders.remove(folder);
    }
  }

  private List<String> command() {
    List<String> java =
        java(options, "serve", "--config", folder.resolve("holdfast.yaml").toString());
    if (mostFileOctets == 0) {
      return java;
    }
    List<String> limited =
        new ArrayList<>(
            List.of("sh", "-c", "ulimit -f " + mostFileOctets / 512 + " && exec \"$@\"", "sh"));
    limited.addAll(java);
    return limited;
  }

  /** The real jar with these options for java and these words. */
  static List<String> java(List<String> options, String... words) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(options);
    command.addAll(List.of("-jar", jar().toString()));
    command.addAll(List.of(words));
    return command;
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
        throw new IOException("not ready: '" + line + "'; log: " + endOfLog());
      }
    } catch (TimeoutException | ExecutionException e) {
      throw new IOException("no ready line; log: " + endOfLog(), e);
    }
  }

  private static String firstLine(Process started) throws IOException {
    BufferedReader out =
        new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    return line == null ? "" : line;
  }

  private String configuration(String store) {
    return """
    node: gw1
    hostname: gateway.test
    data: "%1$s/data"
    smtp: { listen: "127.0.0.1:%2$d" }
    lmtp: { listen: "127.0.0.1:0" }
    admin: { listen: "127.0.0.1:%3$d" }
    store: { kind: embedded, %4$s }
    retry: { first: 1s, max: 5s }
    map: { load: "%1$s/map.yaml" }
    %5$s
    """
        .formatted(folder, smtpPort, adminPort, store, added);
  }
}
