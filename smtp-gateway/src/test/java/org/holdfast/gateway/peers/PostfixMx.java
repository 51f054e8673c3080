package org.holdfast.gateway.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The upstream MX: a real Postfix of its own that relays one domain to a next hop, one connection
 * at a time, so that its log tells in which order the next hop took the mail.
 */
final class PostfixMx implements UpstreamMx {

  static final Path PROGRAM = Path.of("/usr/sbin/postfix");

  private static final Pattern SENT =
      Pattern.compile("to=<([^>]+)>.* status=sent \\(250 .*?id=([^\\s)]+)");

  private final int port = Peers.freePort();

  private final Path folder;
  private final Path etc;
  private final String domain;
  private final String nextHop;
  private final String more;

  /**
   * Starts it and returns when it takes mail.
   *
   * @param nextHop as in a Postfix transport table: {@code smtp:[127.0.0.1]:2525}
   */
  PostfixMx(String domain, String nextHop) throws IOException {
    this(domain, nextHop, "");
  }

  /**
   * The same.
   *
   * @param more lines for main.cf
   */
  PostfixMx(String domain, String nextHop, String more) throws IOException {
    this.domain = domain;
    this.nextHop = nextHop;
    this.more = more;
    folder = Peers.openFolder("postfix");
    etc = Files.createDirectory(folder.resolve("etc"));
    Files.createDirectory(folder.resolve("queue"));
    Path data = Files.createDirectory(folder.resolve("data"));
    Command.run("chown", "postfix", data);
    Files.writeString(etc.resolve("main.cf"), mainCf());
    Files.writeString(etc.resolve("master.cf"), masterCf());
    Files.createFile(maillog());
    Command.run(PROGRAM, "-c", etc, "start");
    awaitStart();
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public void flush() throws IOException {
    Command.run("/usr/sbin/postqueue", "-c", etc, "-f");
  }

  @Override
  public boolean queueIsEmpty() throws IOException {
    return Command.run("/usr/sbin/postqueue", "-c", etc, "-j").isBlank();
  }

  /** The ids that the next hop gave to this recipient's mail, in the order in which it took it. */
  List<String> idsTaken(String recipient) throws IOException {
    return Files.readAllLines(maillog()).stream()
        .map(SENT::matcher)
        .filter(Matcher::find)
        .filter(sent -> sent.group(1).equals(recipient))
        .map(sent -> sent.group(2))
        .toList();
  }

  /** How many deliveries to this recipient the next hop has taken. */
  int taken(String recipient) throws IOException {
    return lines("to=<" + recipient + ">", "status=sent").size();
  }

  @Override
  public List<String> bounces() throws IOException {
    return lines("status=bounced");
  }

  @Override
  public void close() throws IOException {
    Command.run(PROGRAM, "-c", etc, "stop");
    Folders.remove(folder);
  }

  private List<String> lines(String... parts) throws IOException {
    return Files.readAllLines(maillog()).stream()
        .filter(line -> List.of(parts).stream().allMatch(line::contains))
        .toList();
  }

  private Path maillog() {
    return folder.resolve("maillog");
  }

  private String mainCf() {
    return """
    compatibility_level = 3.6
    queue_directory = %1$s/queue
    data_directory = %1$s/data
    maillog_file = %1$s/maillog
    maillog_file_prefixes = /
    command_directory = /usr/sbin
    daemon_directory = /usr/lib/postfix/sbin
    mail_owner = postfix
    setgid_group = postdrop
    myhostname = mx1.test
    mydestination =
    local_recipient_maps =
    alias_maps =
    alias_database =
    inet_interfaces = 127.0.0.1
    inet_protocols = ipv4
    mynetworks = 127.0.0.0/8
    disable_dns_lookups = yes
    smtp_host_lookup = native
    smtpd_peername_lookup = no
    biff = no
    relay_domains = %2$s
    smtp_send_xforward_command = yes
    lmtp_send_xforward_command = yes
    transport_maps = inline:{ %2$s=%3$s }
    smtpd_relay_restrictions = permit_mynetworks, reject
    default_destination_concurrency_limit = 1
    default_destination_recipient_limit = 1
    relay_destination_concurrency_limit = 1
    queue_run_delay = 2s
    minimal_backoff_time = 2s
    maximal_backoff_time = 4s
    """
        .formatted(folder, domain, nextHop)
        .concat(more);
  }

  // service type private unpriv chroot wakeup maxproc command; nothing in a chroot
  private String masterCf() {
    return """
    127.0.0.1:%d inet n - n - - smtpd
    pickup unix n - n 60 1 pickup
    cleanup unix n - n - 0 cleanup
    qmgr unix n - n 2 1 qmgr
    rewrite unix - - n - - trivial-rewrite
    bounce unix - - n - 0 bounce
    defer unix - - n - 0 bounce
    trace unix - - n - 0 bounce
    verify unix - - n - 1 verify
    flush unix n - n 1000? 0 flush
    proxymap unix - - n - - proxymap
    smtp unix - - n - - smtp
    relay unix - - n - - smtp
    lmtp unix - - n - - lmtp
    showq unix n - n - - showq
    error unix - - n - - error
    retry unix - - n - - error
    discard unix - - n - - discard
    anvil unix - - n - 1 anvil
    scache unix - - n - 1 scache
    tlsmgr unix - - n 1000? 1 tlsmgr
    postlog unix-dgram n - n - 1 postlogd
    """
        .formatted(port);
  }
}
