package org.holdfast.gateway.admin;

import com.codahale.metrics.MetricRegistry;
import io.javalin.router.Endpoint;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.holdfast.gateway.conf.LiveKeys;
import org.holdfast.gateway.metrics.Counts;
import org.holdfast.gateway.metrics.FlipTimes;
import org.holdfast.gateway.path.Inbound;
import org.holdfast.gateway.path.Outlook;
import org.holdfast.gateway.tls.ServerTls;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;
import org.holdfast.routing.Alias;
import org.holdfast.routing.MapContents;
import org.holdfast.routing.Pair;
import org.holdfast.routing.Routing.DomainHold;
import org.holdfast.routing.Routing.UserChange;
import org.holdfast.routing.User;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A started {@link AdminServer} on a free port, with fakes behind it and a token for each role. */
final class Api implements AutoCloseable {

  final FakeRouting routing = new FakeRouting();
  final FakeQueue queue = new FakeQueue();
  final AuditLog audit;
  final ForgottenHolds forgotten;
  final History history;
  final List<String> notReady = new ArrayList<>();
  final MetricRegistry counted = new MetricRegistry();
  final Path data;
  final MapText map = new TwoWordMap();
  final String operator;
  Configured configured =
      _ -> new Configured.Reread("/etc/h.yaml", new LiveKeys.Change(List.of(), List.of()));
  Probe.Finding finding = new Probe.Finding(true, "canary read back");

  final Explain explain =
      new Explain(routing, queue, PairStatus.unknown(), new NoPath(), _ -> unasked());

  private final AdminServer server;
  private final HttpClient client = HttpClient.newHttpClient();

  Api(Path data) throws IOException {
    this(data, (ServerTls) null);
  }

  /** One that is asked by these names, too. */
  Api(Path data, String... hosts) throws IOException {
    this(data, null, hosts);
  }

  /** One with TLS, when there is any. */
  Api(Path data, @Nullable ServerTls tls, String... hosts) throws IOException {
    this.data = data;
    this.audit = AuditLog.open(data, InstantSource.system());
    Path tokens = data.resolve("tokens.yaml");
    Files.writeString(
        tokens,
        "tokens:\n"
            + token("viewer", "viewer", "")
            + token("frontend", "frontend", "")
            + token("backend", "backend", ", pairs: [imap5-6]"));
    this.forgotten =
        new ForgottenHolds(routing, audit, InstantSource.system(), Duration.ofHours(1));
    this.history = new History(queue, counted, InstantSource.system(), data.resolve("history"));
    AdminPorts ports =
        new AdminPorts(
            routing,
            queue,
            audit,
            forgotten,
            () -> List.copyOf(notReady),
            PairStatus.unknown(),
            (_, _, _) -> finding,
            map,
            explain,
            new Metrics(
                    counted,
                    new PrometheusRegistry(),
                    Map.of(),
                    new Metrics.Sources(queue, routing, forgotten, PairStatus.unknown()),
                    InstantSource.system())
                ::text,
            history,
            counted,
            new FlipTimes(
                new Counts(new MetricRegistry()), new PrometheusRegistry(), System::nanoTime),
            by -> configured.again(by),
            InstantSource.system());
    AdminSettings settings =
        new AdminSettings("127.0.0.1", 0, List.of(hosts), tls, tokens.toString(), data, "gw1");
    this.server = new AdminServer(settings, ports);
    server.start();
    this.operator = Files.readString(data.resolve("operator.token"));
  }

  private static Outlook unasked() {
    throw new UnsupportedOperationException("tests of it have the real path");
  }

  /** Nothing comes in here. */
  private static final class NoPath implements Inbound {
    @Override
    public CompletionStage<Answer> recipient(String address, Map<String, String> parameters) {
      throw new UnsupportedOperationException("tests of it have the real path");
    }

    @Override
    public CompletionStage<Verdict> message(
        Envelope envelope, List<Recipient> recipients, Body content, Answering answering) {
      throw new UnsupportedOperationException("nothing comes in here");
    }
  }

  private static String token(String name, String role, String more) {
    String hash = HexFormat.of().formatHex(Tokens.sha256(secret(role)));
    return "  - { name: " + name + ", sha256: \"" + hash + "\", role: " + role + more + " }\n";
  }

  /** The token of this role, as the tokens file has it. */
  static String secret(String role) {
    return role + "-secret";
  }

  List<Endpoint> routes() {
    return server.routes();
  }

  /** Looks whether the files of tokens and certificate have changed. */
  void look() {
    server.look();
  }

  int port() {
    return server.port();
  }

  Reply get(String path) throws Exception {
    return call(operator, "GET", path, null);
  }

  Reply put(String path, String body) throws Exception {
    return call(operator, "PUT", path, body);
  }

  Reply post(String path, String body) throws Exception {
    return call(operator, "POST", path, body);
  }

  Reply delete(String path) throws Exception {
    return call(operator, "DELETE", path, null);
  }

  Reply call(@Nullable String token, String method, String path, @Nullable String body)
      throws Exception {
    return send(request(token, method, path, body).build());
  }

  HttpRequest.Builder request(
      @Nullable String token, String method, String path, @Nullable String body) {
    var publisher = body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
            .method(method, publisher);
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return request;
  }

  Reply send(HttpRequest request) throws Exception {
    return new Reply(client.send(request, BodyHandlers.ofString()));
  }

  HttpClient client() {
    return client;
  }

  @Override
  public void close() {
    audit.close();
    server.close();
    history.close();
    client.shutdownNow();
  }

  /** What came back. */
  record Reply(HttpResponse<String> http) {

    int status() {
      return http.statusCode();
    }

    String body() {
      return http.body();
    }

    String header(String name) {
      return http.headers().firstValue(name).orElse("");
    }

    JsonNode json() {
      return Json.MAPPER.readTree(http.body());
    }

    String text(String name) {
      return json().path(name).asString();
    }

    /** The lines of NDJSON. */
    List<JsonNode> lines() {
      return http.body().lines().map(Json.MAPPER::readTree).toList();
    }
  }

  /** Reads {@code ADDRESS PAIR} lines, refuses the word {@code broken}; writes addresses. */
  private static final class TwoWordMap implements MapText {

    @Override
    public MapContents parse(Format format, Reader text) throws IOException, MalformedMapException {
      List<UserChange> users = new ArrayList<>();
      for (String line : text.readAllLines()) {
        if (line.equals("broken")) {
          throw new MalformedMapException("line " + (users.size() + 1) + ": broken");
        }
        String[] words = line.split(" ", 2);
        users.add(new UserChange(words[0], null, words[1], null));
      }
      return new MapContents(List.of(), users, List.of());
    }

    @Override
    public Sink writer(Format format, Appendable out) {
      return new Sink() {
        @Override
        public void pairs(List<Pair> pairs) throws IOException {
          out.append(format.name().toLowerCase(Locale.ROOT)).append("\n");
        }

        @Override
        public void domains(List<String> page) {}

        @Override
        public void holds(List<DomainHold> holds) {}

        @Override
        public void users(List<User> page) throws IOException {
          for (User user : page) {
            out.append(user.address()).append("\n");
          }
        }

        @Override
        public void aliases(List<Alias> page) {}

        @Override
        public void end() throws IOException {
          out.append("end\n");
        }
      };
    }
  }
}
