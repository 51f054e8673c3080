package org.holdfast.gateway.deliver;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.holdfast.routing.HostPort;
import org.holdfast.routing.Member;
import org.jspecify.annotations.Nullable;

/**
 * An LMTP server (RFC 2033), or an SMTP server for messages with one recipient, on real sockets
 * that misbehaves on demand. Everything is accepted unless a rule says otherwise; rules may be
 * added while it runs, the one added last wins. Thread-safe.
 *
 * <pre>{@code
 * try (var backend = ScriptedBackend.start()) {
 *   backend.on(Point.RCPT, "bob@example.com", Act.reply("452 4.2.2 Mailbox full"));
 *   backend.once(Point.END, Act.drop());
 *   ... backend.member("imap5") ... backend.received()
 * }
 * }</pre>
 */
public final class ScriptedBackend implements AutoCloseable {

  /** Where a rule applies: before the server would answer there. */
  public enum Point {
    BANNER,
    LHLO,
    /** Cyrus's TRACE, an unknown command unless it is offered. */
    TRACE,
    MAIL,
    RCPT,
    DATA,
    /** In the content, after its first line was read. */
    CONTENT,
    /** After the final dot: asked once for each recipient, by its address. */
    END,
    RSET,
    QUIT
  }

  /** What it does there instead of saying yes. */
  public sealed interface Act {

    /** Says yes after all. */
    static Act go() {
      return new Go();
    }

    /** Says these lines, without the last line end. */
    static Act reply(String lines) {
      return new Say(lines + "\r\n");
    }

    /** Sends these octets, one for each character, and no line end. */
    static Act octets(String octets) {
      return new Say(octets);
    }

    /** Says these lines and closes. */
    static Act replyAndDrop(String lines) {
      return new SayAndDrop(lines + "\r\n");
    }

    /** Closes the connection. */
    static Act drop() {
      return new Drop();
    }

    /** Never answers; reads on until the client closes. */
    static Act stall() {
      return new Stall();
    }

    /** Waits for the latch, then does {@code then}. */
    static Act after(CountDownLatch latch, Act then) {
      return new After(latch, then);
    }

    /** Repeats these octets for as long as the client takes them. */
    static Act endless(String text) {
      return new Endless(text);
    }

    /** Says this one octet after the other, slowly, again and again: it is never a whole reply. */
    static Act drip(String octets) {
      return new Drip(octets);
    }

    /** Until the latch opens takes only one octet of what the client sends at a time, slowly. */
    static Act sip(CountDownLatch until) {
      return new Sip(until);
    }

    record Go() implements Act {}

    record Say(String octets) implements Act {}

    record SayAndDrop(String octets) implements Act {}

    record Drop() implements Act {}

    record Stall() implements Act {}

    record After(CountDownLatch latch, Act then) implements Act {}

    record Endless(String octets) implements Act {}

    record Drip(String octets) implements Act {}

    record Sip(CountDownLatch until) implements Act {}
  }

  /**
   * One message whose final dot was read.
   *
   * @param mail the whole MAIL command
   * @param rcpts the whole RCPT commands that were accepted
   * @param recipients their addresses
   * @param delivered those of them to whom the end of data was answered with 2xx
   * @param content unstuffed, one character for each octet
   * @param wire as it came, final dot included; empty for what came by BDAT
   * @param connection number of the connection, from 1
   */
  public record Received(
      String mail,
      List<String> rcpts,
      List<String> recipients,
      List<String> delivered,
      String content,
      String wire,
      int connection,
      long nanoTime) {}

  private record Rule(Point point, Predicate<String> about, AtomicInteger left, Act act) {
    boolean take(Point where, String argument) {
      return point == where
          && about.test(argument)
          && left.getAndUpdate(n -> n > 0 ? n - 1 : 0) > 0;
    }
  }

  /** How long it takes over one octet when it is slow. */
  private static final long DRIP_NANOS = 5_000_000;

  /** What keeps dead ports from being given to others. */
  private static final List<Socket> DEAD = new CopyOnWriteArrayList<>();

  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final List<Point> misbehaved = new CopyOnWriteArrayList<>();
  private final List<String> commands = new CopyOnWriteArrayList<>();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();

  /** Bound and never listening: while this is dead, nobody else gets its port. */
  private final Socket reserved;

  private final int port;
  private volatile List<String> extensions =
      List.of("PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME", "SIZE 104857600");
  private volatile ServerSocket server;
  private volatile Thread accepting = Thread.currentThread();

  private final int receives;

  private ScriptedBackend(int receives) throws IOException {
    this.receives = receives;
    reserved = reserve();
    port = reserved.getLocalPort();
    server = listen(port, receives);
  }

  /** One that listens on a free port of the loopback address. */
  public static ScriptedBackend start() throws IOException {
    return withReceiveBuffer(0);
  }

  /** One whose kernel takes only about so many octets that it has not read; 0: as is usual. */
  public static ScriptedBackend withReceiveBuffer(int octets) throws IOException {
    ScriptedBackend backend = new ScriptedBackend(octets);
    backend.accept();
    return backend;
  }

  /** A loopback port that nobody listens on, for as long as the tests run. */
  public static HostPort deadPort() throws IOException {
    Socket dead = reserve();
    DEAD.add(dead);
    return new HostPort("127.0.0.1", dead.getLocalPort());
  }

  // ---- what it is

  public HostPort address() {
    return new HostPort("127.0.0.1", port);
  }

  public Member member(String name) {
    return new Member(name, address(), null);
  }

  /** Every message whose final dot was read, in order. */
  public List<Received> received() {
    return List.copyOf(received);
  }

  /** Every command line of every connection. */
  public List<String> commands() {
    return List.copyOf(commands);
  }

  /** How often a rule applied at this point. */
  public long misbehaved(Point point) {
    return misbehaved.stream().filter(p -> p == point).count();
  }

  /** Connections accepted since the start. */
  public int connections() {
    return connections.get();
  }

  /** Connections open now. */
  public int open() {
    return sockets.size();
  }

  // ---- the script

  /** Extensions of the answer to LHLO from now on. */
  public ScriptedBackend offer(String... offered) {
    extensions = List.of(offered);
    return this;
  }

  /** Always at {@code point}. */
  public ScriptedBackend on(Point point, Act act) {
    return rule(point, _ -> true, Integer.MAX_VALUE, act);
  }

  /** Always at {@code point} when it is about this recipient. */
  public ScriptedBackend on(Point point, String recipient, Act act) {
    return rule(point, recipient::equals, Integer.MAX_VALUE, act);
  }

  /** The next time {@code point} is reached. */
  public ScriptedBackend once(Point point, Act act) {
    return rule(point, _ -> true, 1, act);
  }

  /** Forgets all rules. */
  public ScriptedBackend behave() {
    rules.clear();
    return this;
  }

  private ScriptedBackend rule(Point point, Predicate<String> about, int times, Act act) {
    rules.addFirst(new Rule(point, about, new AtomicInteger(times), act));
    return this;
  }

  private Act act(Point point, String argument) {
    for (Rule rule : rules) {
      if (rule.take(point, argument)) {
        misbehaved.add(point);
        return rule.act();
      }
    }
    return Act.go();
  }

  // ---- life and death

  /** Stops listening and cuts every connection: from now on connects are refused. */
  public void die() throws IOException {
    server.close();
    try {
      accepting.join(); // an accept under way may still take one connection
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    cut();
  }

  /** Cuts every open connection. */
  public void cut() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  /** Listens again on the same port. */
  public void revive() throws IOException {
    server = listen(port, receives);
    accept();
  }

  @Override
  public void close() throws IOException {
    die();
    reserved.close();
  }

  /**
   * Takes a free port without listening on it: connects are refused, the kernel gives it to nobody,
   * neither to a listener nor to a connection of its own, and we may still listen there (both
   * sockets say that they share, and one of them does not listen).
   */
  private static Socket reserve() throws IOException {
    Socket socket = new Socket();
    socket.setReuseAddress(true);
    socket.bind(loopback(0));
    return socket;
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
  }

  private static ServerSocket listen(int port, int receives) throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true);
    if (receives > 0) {
      socket.setReceiveBufferSize(receives);
    }
    socket.bind(loopback(port), 200);
    return socket;
  }

  private void accept() {
    ServerSocket listening = server;
    accepting =
        Thread.ofVirtual()
            .name("scripted-backend-" + port)
            .start(() -> {
              try {
                while (true) {
                  serve(listening.accept());
                }
              } catch (IOException _) {
                // closed: this is how it dies
              }
            });
  }

  private void serve(Socket socket) {
    sockets.add(socket);
    int number = connections.incrementAndGet();
    Thread.ofVirtual()
        .start(() -> {
          try (socket) {
            new Session(socket, number).run();
          } catch (IOException | Gone | InterruptedException _) {
            // the client went, or the script says so
          } finally {
            sockets.remove(socket);
          }
        });
  }

  private static final class Gone extends Exception {
    private static final long serialVersionUID = 1;
  }

  /** One connection. */
  private final class Session {

    private final int number;
    private final InputStream in;
    private final OutputStream out;
    private @Nullable String mail;
    private CountDownLatch sips = new CountDownLatch(0);
    private final ByteArrayOutputStream chunks = new ByteArrayOutputStream();
    private final List<String> rcpts = new ArrayList<>();
    private final List<String> recipients = new ArrayList<>();

    Session(Socket socket, int number) throws IOException {
      this.number = number;
      socket.setTcpNoDelay(true);
      in = new BufferedInputStream(socket.getInputStream(), receives > 0 ? receives : 64 * 1024);
      out = socket.getOutputStream();
    }

    void run() throws IOException, Gone, InterruptedException {
      act(Point.BANNER, "", "220 scripted LMTP");
      while (true) {
        String line = new String(line(), StandardCharsets.UTF_8).stripTrailing();
        commands.add(line);
        String upper = line.toUpperCase(Locale.ROOT);
        if (upper.startsWith("LHLO ") || upper.startsWith("EHLO ")) {
          act(Point.LHLO, "", lhlo());
        } else if (upper.startsWith("TRACE ") && extensions.contains("TRACE")) {
          act(Point.TRACE, "", "250 2.0.0 Ok SESSIONID=<1> TRACEID=<" + line.substring(6) + ">");
        } else if (upper.startsWith("MAIL FROM:")) {
          mail(line);
        } else if (upper.startsWith("RCPT TO:")) {
          rcpt(line);
        } else if (upper.equals("DATA")) {
          data();
        } else if (upper.startsWith("BDAT ") && extensions.contains("CHUNKING")) {
          chunk(upper);
        } else if (upper.equals("RSET")) {
          act(Point.RSET, "", "250 2.0.0 OK");
          forget();
        } else if (upper.equals("QUIT")) {
          act(Point.QUIT, "", "221 2.0.0 bye");
          return;
        } else {
          say("500 5.5.2 what?");
        }
      }
    }

    private String lhlo() {
      List<String> lines = new ArrayList<>(List.of("scripted"));
      lines.addAll(extensions);
      StringBuilder reply = new StringBuilder();
      for (int i = 0; i < lines.size(); i++) {
        boolean last = i == lines.size() - 1;
        reply
            .append("250")
            .append(last ? ' ' : '-')
            .append(lines.get(i))
            .append(last ? "" : "\r\n");
      }
      return reply.toString();
    }

    private void mail(String line) throws IOException, Gone, InterruptedException {
      if (mail != null) {
        say("503 5.5.1 nested MAIL");
      } else if (act(Point.MAIL, address(line), "250 2.1.0 OK")) {
        mail = line;
      }
    }

    private void rcpt(String line) throws IOException, Gone, InterruptedException {
      if (mail == null) {
        say("503 5.5.1 MAIL first");
      } else if (act(Point.RCPT, address(line), "250 2.1.5 OK")) {
        rcpts.add(line);
        recipients.add(address(line));
      }
    }

    private void data() throws IOException, Gone, InterruptedException {
      boolean go = !recipients.isEmpty();
      if (act(Point.DATA, "", go ? "354 go" : "503 5.5.1 no valid recipients") && go) {
        content();
      }
    }

    /** RFC 3030; the octets are read whatever the answer is. */
    private void chunk(String bdat) throws IOException, Gone, InterruptedException {
      String[] words = bdat.split(" ", -1);
      int size = Integer.parseInt(words[1]);
      byte[] octets = in.readNBytes(size);
      if (octets.length < size) {
        throw new Gone();
      }
      if (recipients.isEmpty()) {
        say("503 5.5.1 no valid recipients");
        return;
      }
      chunks.write(octets);
      if (words.length == 3) {
        end(chunks.toString(StandardCharsets.ISO_8859_1), "");
      } else {
        say("250 2.0.0 chunk");
      }
    }

    private void content() throws IOException, Gone, InterruptedException {
      ByteArrayOutputStream wire = new ByteArrayOutputStream();
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      boolean first = true;
      while (true) {
        byte[] line = line();
        wire.write(line);
        if (line.length == 3 && line[0] == '.') {
          break;
        }
        content.write(line, line[0] == '.' ? 1 : 0, line.length - (line[0] == '.' ? 1 : 0));
        if (first) {
          act(Point.CONTENT, "", "");
          first = false;
        }
      }
      end(
          content.toString(StandardCharsets.ISO_8859_1),
          wire.toString(StandardCharsets.ISO_8859_1));
    }

    private void end(String content, String wire) throws IOException, Gone, InterruptedException {
      List<String> delivered = new CopyOnWriteArrayList<>();
      String from = mail == null ? "" : mail;
      List<String> to = List.copyOf(recipients);
      received.add(
          new Received(
              from, List.copyOf(rcpts), to, delivered, content, wire, number, System.nanoTime()));
      forget();
      for (String recipient : to) {
        if (act(Point.END, recipient, "250 2.0.0 <" + recipient + "> saved")) {
          delivered.add(recipient);
        }
      }
    }

    private void forget() {
      mail = null;
      chunks.reset();
      rcpts.clear();
      recipients.clear();
    }

    private static String address(String line) {
      return line.substring(line.indexOf('<') + 1, line.lastIndexOf('>'));
    }

    /** Does what the script says, or says yes; true when yes was said. */
    private boolean act(Point point, String argument, String yes)
        throws IOException, Gone, InterruptedException {
      return perform(ScriptedBackend.this.act(point, argument), yes);
    }

    private boolean perform(Act act, String yes) throws IOException, Gone, InterruptedException {
      switch (act) {
        case Act.Go _ -> {
          if (!yes.isEmpty()) {
            say(yes);
          }
          return true;
        }
        case Act.Say(String octets) -> {
          out.write(octets.getBytes(StandardCharsets.ISO_8859_1));
          return octets.startsWith("2") || octets.startsWith("3");
        }
        case Act.SayAndDrop(String octets) -> {
          out.write(octets.getBytes(StandardCharsets.ISO_8859_1));
          throw new Gone();
        }
        case Act.Drop _ -> throw new Gone();
        case Act.Stall _ -> {
          in.transferTo(OutputStream.nullOutputStream());
          throw new Gone();
        }
        case Act.After(CountDownLatch latch, Act then) -> {
          latch.await();
          return perform(then, yes);
        }
        case Act.Endless(String octets) -> {
          while (true) {
            out.write(octets.getBytes(StandardCharsets.ISO_8859_1));
          }
        }
        case Act.Drip(String octets) -> {
          for (int i = 0; ; i++) {
            out.write(octets.charAt(i % octets.length()));
            LockSupport.parkNanos(DRIP_NANOS);
          }
        }
        case Act.Sip(CountDownLatch until) -> {
          sips = until;
          return true;
        }
      }
    }

    private void say(String reply) throws IOException {
      out.write((reply + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** Up to and including the next CRLF; a bare CR or LF is just an octet. */
    private byte[] line() throws IOException, Gone {
      ByteArrayOutputStream line = new ByteArrayOutputStream(80);
      int last = -1;
      while (true) {
        int octet = in.read();
        if (octet < 0) {
          throw new Gone();
        }
        if (sips.getCount() > 0) {
          LockSupport.parkNanos(DRIP_NANOS);
        }
        line.write(octet);
        if (octet == '\n' && last == '\r') {
          return line.toByteArray();
        }
        last = octet;
      }
    }
  }
}
