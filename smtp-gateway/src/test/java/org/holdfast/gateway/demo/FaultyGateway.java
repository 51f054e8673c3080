package org.holdfast.gateway.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A gateway in one file, without any durability, that can be told to do its job badly: the demo
 * must notice. Speaks just enough SMTP, LMTP and HTTP.
 */
final class FaultyGateway implements DemoGateway {

  enum Fault {
    NONE,
    LOSES_ONE,
    DELIVERS_TWICE,
    NEW_MAIL_OVERTAKES,
    BOUNCES_ONE
  }

  private static final Pattern PAIR =
      Pattern.compile("name: (\\S+), members: \\{ \\S+ \\{ lmtp: \"127.0.0.1:(\\d+)\"");
  private static final Pattern USER = Pattern.compile("address: \"(\\S+)\", pair: (\\S+) ");
  private static final Pattern MOVED_TO = Pattern.compile("\"pair\" ?: ?\"([^\"]+)\"");

  private final Fault fault;
  private final Map<String, Integer> ports = new HashMap<>();
  private final Map<String, Lane> lanes = new ConcurrentHashMap<>();
  private final ServerSocket smtp = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final HttpServer http =
      HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);

  FaultyGateway(Fault fault) throws IOException {
    this.fault = fault;
  }

  /** One user: its lock protects all of it. */
  private static final class Lane {
    String pair;
    boolean active = true;
    int accepted;
    final Deque<String> held = new ArrayDeque<>();

    Lane(String pair) {
      this.pair = pair;
    }
  }

  @Override
  public void start(Path configuration) throws IOException {
    String map = Files.readString(configuration.resolveSibling("map.yaml"));
    PAIR.matcher(map).results().forEach(m -> ports.put(m.group(1), Integer.valueOf(m.group(2))));
    USER.matcher(map).results().forEach(m -> lanes.put(m.group(1), new Lane(m.group(2))));
    Thread.ofVirtual().start(this::welcome);
    http.createContext("/v1/users/", this::answer);
    http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    http.start();
  }

  @Override
  public InetSocketAddress smtp() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), smtp.getLocalPort());
  }

  @Override
  public URI admin() {
    return URI.create("http://127.0.0.1:" + http.getAddress().getPort());
  }

  @Override
  public String operatorToken() {
    return "operator";
  }

  @Override
  public void stop() {
    try {
      smtp.close();
      http.stop(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath().replace("%40", "@");
    String address = path.split("/", -1)[3];
    Lane lane = lane(address);
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    synchronized (lane) {
      if (exchange.getRequestMethod().equals("PUT")) {
        lane.active = body.contains("\"active\"");
        Matcher moved = MOVED_TO.matcher(body);
        lane.pair = moved.find() ? moved.group(1) : lane.pair;
        drain(address, lane);
      }
      byte[] reply =
          "{\"quiesced\":true,\"held\":%d}"
              .formatted(lane.held.size())
              .getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, reply.length);
      exchange.getResponseBody().write(reply);
    }
    exchange.close();
  }

  private void welcome() {
    while (!smtp.isClosed()) {
      try {
        Socket socket = smtp.accept();
        Thread.ofVirtual().start(() -> converse(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void converse(Socket socket) {
    try (socket) {
      BufferedReader in = reader(socket);
      say(socket, "220 faulty");
      String to = "";
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.startsWith("RCPT")) {
          to = line.substring(line.indexOf('<') + 1, line.indexOf('>'));
        }
        say(socket, line.equals("DATA") ? "354 go" : "250 OK");
        if (line.equals("DATA")) {
          say(socket, accept(to, readMessage(in)));
        }
      }
    } catch (IOException e) {
      // the sender hung up
    }
  }

  private String accept(String to, String message) {
    Lane lane = lane(to);
    synchronized (lane) {
      if (++lane.accepted == 3 && fault == Fault.BOUNCES_ONE) {
        return "550 5.1.1 no";
      }
      if (lane.accepted == 3 && fault == Fault.LOSES_ONE) {
        return "250 OK";
      }
      if (fault == Fault.NEW_MAIL_OVERTAKES) {
        lane.held.addFirst(message);
      } else {
        lane.held.addLast(message);
      }
      drain(to, lane);
      return "250 OK";
    }
  }

  private void drain(String to, Lane lane) {
    while (lane.active && !lane.held.isEmpty() && deliver(to, lane.held.getFirst(), lane.pair)) {
      if (fault == Fault.DELIVERS_TWICE && lane.accepted == 3) {
        deliver(to, lane.held.getFirst(), lane.pair);
      }
      lane.held.removeFirst();
    }
  }

  private boolean deliver(String to, String message, String pair) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port(pair))) {
      say(
          socket,
          "LHLO me\r\nMAIL FROM:<>\r\nRCPT TO:<" + to + ">\r\nDATA\r\n" + message + ".\r\nQUIT");
      return reader(socket).lines().anyMatch(line -> line.endsWith("Saved"));
    } catch (IOException | UncheckedIOException e) {
      return false;
    }
  }

  private Lane lane(String user) {
    return Objects.requireNonNull(lanes.get(user), user);
  }

  private int port(String pair) {
    return Objects.requireNonNull(ports.get(pair), pair);
  }

  private static String readMessage(BufferedReader in) throws IOException {
    StringBuilder message = new StringBuilder();
    for (String line = in.readLine(); !line.equals("."); line = in.readLine()) {
      message.append(line).append("\r\n");
    }
    return message.toString();
  }

  private static BufferedReader reader(Socket socket) throws IOException {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
  }

  private static void say(Socket socket, String line) throws IOException {
    socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
  }
}
