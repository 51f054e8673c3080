package org.holdfast.gateway.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A real OpenSMTPD of its own, out of Debian's package that {@code .ci/run} unpacked. Its queue,
 * its socket and its programs lie at fixed places, so it runs in a root folder of its own.
 */
final class OpenSmtpdMx implements UpstreamMx {

  static final Path PROGRAM = Peers.unpacked("usr/sbin/smtpd");

  private static final Path CONTROL = Peers.unpacked("usr/sbin/smtpctl");
  private static final Path NAMES =
      Path.of("/lib/x86_64-linux-gnu/libnss_files.so.2"); // loaded by name, so ldd does not tell
  private static final Pattern LIBRARY = Pattern.compile("(/\\S+) \\(0x");

  private final int port = Peers.freePort();
  private final Path root = Peers.openFolder("opensmtpd");
  private final Path log = root.resolve("stdout");
  private final Process process;

  /**
   * Starts it and returns when it takes mail.
   *
   * @param nextHop port of the next hop, on the loopback address
   */
  OpenSmtpdMx(int nextHop) throws IOException {
    furnish();
    Files.writeString(
        root.resolve("etc/smtpd.conf"),
        """
        listen on 127.0.0.1 port %d hostname mx3.test
        action "gateway" relay host "smtp://127.0.0.1:%d"
        match from any for any action "gateway"
        """
            .formatted(port, nextHop));
    process =
        new ProcessBuilder("chroot", root.toString(), "/usr/sbin/smtpd", "-d")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    awaitStart();
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public void flush() throws IOException {
    Command.run("chroot", root, "/usr/sbin/smtpctl", "schedule", "all");
  }

  @Override
  public boolean queueIsEmpty() throws IOException {
    return Command.run("chroot", root, "/usr/sbin/smtpctl", "show", "queue").isBlank();
  }

  @Override
  public List<String> bounces() throws IOException {
    return Files.readAllLines(log).stream()
        .filter(line -> line.contains("result=\"PermFail\""))
        .filter(line -> !line.contains("from=<>")) // its word to a sender that mail is late
        .toList();
  }

  @Override
  public void close() throws IOException {
    Command.end(process);
    Folders.remove(root);
  }

  private void furnish() throws IOException {
    for (String folder :
        List.of("etc", "dev", "usr/sbin", "var/spool", "var/run", "var/lib/opensmtpd/empty")) {
      Files.createDirectories(root.resolve(folder));
    }
    TreeSet<Path> libraries = new TreeSet<>(List.of(NAMES));
    for (Path program : List.of(PROGRAM, CONTROL)) {
      Matcher library = LIBRARY.matcher(Command.run("ldd", program));
      while (library.find()) {
        libraries.add(Path.of(library.group(1)));
      }
      Files.copy(program, root.resolve("usr/sbin").resolve(program.getFileName()));
    }
    for (Path library : libraries) {
      Path here = root.resolve(Path.of("/").relativize(library));
      Files.createDirectories(here.getParent());
      Files.copy(library, here);
    }
    for (String file : List.of("passwd", "group", "hosts")) {
      Files.copy(Path.of("/etc", file), root.resolve("etc").resolve(file));
    }
    Path control = root.resolve("usr/sbin/smtpctl");
    Command.run("chgrp", "opensmtpq", control);
    Command.run("chmod", "g+s", control);
    Command.run("mknod", "-m", "666", root.resolve("dev/null"), "c", 1, 3);
    Command.run("mknod", "-m", "666", root.resolve("dev/urandom"), "c", 1, 9);
  }
}
