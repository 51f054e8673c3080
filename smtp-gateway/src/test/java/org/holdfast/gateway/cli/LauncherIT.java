package org.holdfast.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The script {@code ./holdfast}, as an installed copy, with a java that prints what it is given.
 */
class LauncherIT {

  /** Runs a program at a terminal of 24 lines and 97 columns. */
  private static final String PTY =
      """
      import fcntl, os, pty, struct, sys, termios
      master, slave = pty.openpty()
      fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 97, 0, 0))
      if os.fork() == 0:
          for stream in (0, 1, 2): os.dup2(slave, stream)
          os.execvp(sys.argv[1], sys.argv[1:])
      os.close(slave)
      try:
          while True: os.write(1, os.read(master, 65536))
      except OSError: pass
      """;

  @TempDir private Path copy = Path.of("");

  @BeforeEach
  void install() throws IOException {
    Files.copy(
        Path.of("..", "holdfast"), copy.resolve("holdfast"), StandardCopyOption.COPY_ATTRIBUTES);
    Files.createFile(copy.resolve("holdfast.jar"));
    Files.writeString(copy.resolve("find-jdk.sh"), "find_jdk() { JAVA_HOME=" + copy + "; }\n");
    Path java = Files.createDirectories(copy.resolve("bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
  }

  private List<String> run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(copy.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return said.lines().map(String::strip).toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "serve --config h.yaml",
        "--config h.yaml serve",
        "--config=h.yaml serve",
        "--color never --config h.yaml serve",
      })
  void serve_howeverItIsSaid_getsAGatewaysJava(String words) throws Exception {
    assertThat(run(("./holdfast " + words).split(" ")))
        .contains("-XX:+UseG1GC", "-Xmx512m")
        .containsSubsequence(words.split(" "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"check --config serve", "--token serve queue list", "user show demo"})
  void otherCommands_getAClientsJava(String words) throws Exception {
    assertThat(run(("./holdfast " + words).split(" ")))
        .contains("-XX:+UseSerialGC", "-Dholdfast.tty=", "-Dholdfast.tty.size=")
        .containsSubsequence(words.split(" "));
  }

  @Test
  void terminal_isMeasured() throws Exception {
    Path script = Files.writeString(copy.resolve("driver.py"), PTY);
    assumeTrue(python(), "python3 with pty is not installed");
    assertThat(run("python3", script.toString(), "./holdfast", "queue", "list"))
        .contains("-Dholdfast.tty=012", "-Dholdfast.tty.size=24 97");
    assertThat(run("python3", script.toString(), "sh", "-c", "./holdfast queue list | cat"))
        .contains("-Dholdfast.tty=02", "-Dholdfast.tty.size=24 97");
  }

  private boolean python() throws InterruptedException {
    try {
      return run("python3", "-c", "import pty, termios; print('here')").equals(List.of("here"));
    } catch (IOException _) {
      return false;
    }
  }
}
