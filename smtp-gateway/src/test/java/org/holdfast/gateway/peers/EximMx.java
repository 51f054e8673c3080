package org.holdfast.gateway.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A real Exim of its own, out of Debian's package that {@code .ci/run} unpacked: installed, it
 * would push Postfix away.
 */
final class EximMx implements UpstreamMx {

  static final Path PROGRAM = Peers.unpacked("usr/sbin/exim4");

  private final int port = Peers.freePort();
  private final Path folder = Peers.openFolder("exim");
  private final Path configuration;
  private final Process process;

  /**
   * Starts it and returns when it takes mail.
   *
   * @param nextHop port of the next hop, on the loopback address
   */
  EximMx(String domain, int nextHop) throws IOException {
    configuration = Files.writeString(folder.resolve("conf"), configuration(domain, nextHop));
    for (String own : List.of("spool", "log")) {
      Command.run("chown", "Debian-exim", Files.createDirectory(folder.resolve(own)));
    }
    process =
        new ProcessBuilder(PROGRAM.toString(), "-C", configuration.toString(), "-bdf", "-q1s")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("stdout").toFile())
            .start();
    awaitStart();
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public void flush() throws IOException {
    Command.run(PROGRAM, "-C", configuration, "-qff");
  }

  @Override
  public boolean queueIsEmpty() throws IOException {
    return Command.run(PROGRAM, "-C", configuration, "-bpc").strip().equals("0");
  }

  @Override
  public List<String> bounces() throws IOException {
    return Files.readAllLines(folder.resolve("log/mainlog")).stream()
        .filter(line -> line.contains(" ** "))
        .toList();
  }

  @Override
  public void close() throws IOException {
    Command.end(process);
    Folders.remove(folder);
  }

  private String configuration(String domain, int nextHop) {
    return """
    primary_hostname = mx2.test
    spool_directory = %1$s/spool
    log_file_path = %1$s/log/%%slog
    pid_file_path = %1$s/spool/pid
    exim_path = %5$s
    local_interfaces = 127.0.0.1
    daemon_smtp_ports = %2$d
    tls_advertise_hosts =
    host_lookup =
    rfc1413_hosts =
    keep_environment =
    smtp_accept_queue_per_connection = 0
    chunking_advertise_hosts = *
    dsn_advertise_hosts = *
    smtputf8_advertise_hosts = *
    acl_smtp_rcpt = everybody
    acl_smtp_data = everybody
    begin acl
    everybody:
      accept
    begin routers
    gateway:
      driver = manualroute
      domains = %3$s
      route_list = * 127.0.0.1 byname
      self = send
      transport = gateway
    returned:
      driver = redirect
      data = :blackhole:
    begin transports
    gateway:
      driver = smtp
      port = %4$d
    begin retry
    * * F,10m,1s
    """
        .formatted(folder, port, domain, nextHop, PROGRAM);
  }
}
