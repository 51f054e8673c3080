package org.holdfast.gateway.service;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.holdfast.routing.HostPort;

/** The real jar as a process, as a service manager starts it. */
final class ServedGateway implements AutoCloseable {

  private static final Pattern READY = Pattern.compile("holdfast ready smtp=([^:]+):(\\d+) .*");

  private final Path folder;
  private final Process process;
  private final InetSocketAddress smtp;

  /** Is ready when this returns. */
  ServedGateway(Path folder, String notifySocket, String keys, HostPort backend) throws Exception {
    this.folder = folder;
    Files.writeString(
        folder.resolve("map.yaml"),
        """
        pairs: [{ name: p0, members: { a: { lmtp: "%s" } }, active: a }]
        users: [{ address: ann@example.com, pair: p0 }]
        """
            .formatted(backend));
    configure(keys);
    ProcessBuilder builder =
        new ProcessBuilder(
                // Who runs the tests may ignore SIGHUP (nohup), and a JVM that inherits that hears
                // none.
                "env",
                "--default-signal=HUP",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-jar",
                Path.of(System.getProperty("basedir", "."), "target", "holdfast.jar").toString(),
                "serve",
                "--config",
                folder.resolve("holdfast.yaml").toString())
            .redirectError(folder.resolve("log").toFile());
    builder.environment().put("NOTIFY_SOCKET", notifySocket);
    builder.environment().put("WATCHDOG_USEC", "2000000");
    process = builder.start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    Matcher ready = READY.matcher(String.valueOf(out.readLine()));
    if (!ready.matches()) {
      throw new IOException("not ready: " + log());
    }
    smtp = new InetSocketAddress(ready.group(1), Integer.parseInt(ready.group(2)));
  }

  /** The file from now on. */
  void configure(String keys) throws IOException {
    Files.writeString(
        folder.resolve("holdfast.yaml"),
        """
        data: "%1$s/data"
        lmtp: { listen: "127.0.0.1:0" }
        admin: { listen: "127.0.0.1:0" }
        store: { max-bytes: 1GiB, min-free: 16MiB }
        map: { load: "%1$s/map.yaml" }
        %2$s
        """
            .formatted(folder, keys));
  }

  void signal(String name) throws IOException, InterruptedException {
    List<String> kill = List.of("kill", "-" + name, Long.toString(process.pid()));
    if (new ProcessBuilder(kill).inheritIO().start().waitFor() != 0) {
      throw new IOException("kill failed");
    }
  }

  /** A connection to its SMTP door; the caller closes it. */
  Socket connect() throws IOException {
    return new Socket(smtp.getAddress(), smtp.getPort());
  }

  /** What it says to who comes. */
  String banner() throws IOException {
    try (Socket socket = connect()) {
      return new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
          .readLine();
    }
  }

  int exitCode() throws IOException, InterruptedException {
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new IOException("it does not end: " + log());
    }
    return process.exitValue();
  }

  String log() throws IOException {
    return Files.readString(folder.resolve("log"));
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
