package org.holdfast.gateway.admin;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.router.Endpoint;
import java.io.IOException;
import java.net.BindException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executors;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http.UriCompliance.Violation;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.holdfast.gateway.metrics.Counts;
import org.holdfast.gateway.metrics.LoginCounts;
import org.holdfast.routing.Routing;
import org.jspecify.annotations.Nullable;

/**
 * The admin API and the operators' page over HTTP. Started and stopped once, by one thread.
 *
 * <p>Each request has a virtual thread, so that a handler may wait for a flip, for the disk or for
 * a slow client; what is bounded are connections, bodies, waits and streams, each by a named limit
 * where it is enforced. A route names the roles it is for; {@link Access} holds the rule.
 */
public final class AdminServer implements AutoCloseable {

  /** Connections at one time; more wait in the kernel. */
  static final int MAX_CONNECTIONS = 2048;

  /** Octets of a request's line and header fields. */
  static final int MAX_HEADER_BYTES = 16 * 1024;

  /** Platform threads: they accept and select, handlers run on virtual ones. */
  static final int MAX_PLATFORM_THREADS = 16;

  /** A connection that is silent for so long is closed; longer than the longest wait. */
  static final Duration IDLE_TIMEOUT = Waits.MAX_WAIT.plusMinutes(1);

  /** How long a stop waits for requests that are being answered. */
  static final Duration STOP_PATIENCE = Duration.ofSeconds(5);

  /** How long a stop leaves a connection open on which nothing is asked. */
  static final Duration STOP_IDLE = Duration.ofMillis(50);

  private final AdminSettings settings;
  private final AdminPorts ports;
  private final @Nullable AdminTls tls;
  private final EventsResource events;
  private @Nullable AdminFiles files;
  private @Nullable Javalin http;
  private @Nullable ServerConnector connector;

  /** Nothing is opened or read yet. */
  public AdminServer(AdminSettings settings, AdminPorts ports) {
    this.settings = settings;
    this.ports = ports;
    this.events = new EventsResource(ports.audit());
    this.tls = settings.tls() == null ? null : new AdminTls(settings.tls());
  }

  /**
   * Makes {@code operator.token} when there is none, reads the tokens file and opens the listener.
   *
   * @throws IOException with one line for people: the port is in use, a token cannot be read
   */
  public void start() throws IOException {
    AdminFiles watched = new AdminFiles(settings, ports.audit());
    this.files = watched;
    Javalin made = Javalin.create(config -> configure(config, watched));
    try {
      made.start();
    } catch (RuntimeException e) {
      made.stop();
      throw new IOException("cannot listen on " + listen() + ": " + cause(e), e);
    }
    this.http = made;
    watched.start();
  }

  /** Looks at once whether tokens or certificate have changed. Blocks on files. */
  public void look() {
    if (files != null) {
      files.look();
    }
  }

  /** The routes there are, by the router's own word. */
  List<Endpoint> routes() {
    return Objects.requireNonNull(http).unsafe.internalRouter.allHttpHandlers().stream()
        .map(parsed -> parsed.endpoint)
        .toList();
  }

  private String listen() {
    return settings.host() + ":" + settings.port();
  }

  private static String cause(Throwable e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof BindException) {
        return "the address is in use or not ours";
      }
    }
    return String.valueOf(e.getMessage());
  }

  /** The port it listens on; after {@link #start}. */
  public int port() {
    if (connector == null) {
      throw new IllegalStateException("not started");
    }
    return connector.getLocalPort();
  }

  /** Stops listening, lets what is being answered end within {@link #STOP_PATIENCE}. Idempotent. */
  @Override
  public void close() {
    events.close();
    if (http != null) {
      http.stop();
      http = null;
    }
    if (files != null) {
      files.close();
    }
  }

  private void configure(JavalinConfig config, AdminFiles watched) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.http.prefer405over404 = true;
    config.http.compressionStrategy = CompressionStrategy.NONE;
    config.http.maxRequestSize = Body.MAX_BODY_BYTES;
    config.jetty.threadPool = threads();
    config.jetty.modifyServer(AdminServer::limit);
    config.jetty.modifyHttpConfiguration(AdminServer::keepQuiet);
    config.jetty.modifyServletContextHandler(
        servlets -> servlets.getServletHandler().setDecodeAmbiguousURIs(true));
    config.jetty.addConnector(this::connector);
    guard(config.routes, watched);
    Problems.routes(config.routes);
    resources(config.routes, watched);
  }

  /** Whoever comes: the right place, no page of another site, a token, a role; in this order. */
  private void guard(RoutesConfig routes, AdminFiles watched) {
    BrowserGuard browsers = new BrowserGuard(Set.copyOf(settings.hosts()), tls != null);
    TokenFailures failures =
        new TokenFailures(ports.clock(), ports.counted().counter("holdfast.admin.token.failures"));
    Access access = new Access(watched::tokens, failures, ports.clock(), Thread::sleep);
    routes.before(browsers::headers);
    routes.before(browsers::check);
    if (tls != null) {
      routes.before(tls::clientIsKnown);
    }
    routes.before("/v1/*", access::authenticate);
    routes.beforeMatched(access::authorize);
  }

  private void resources(RoutesConfig routes, AdminFiles watched) {
    Routing routing = ports.routing();
    AuditLog audit = ports.audit();
    Waits waits = new Waits(Waits.MAX_CONCURRENT_WAITS, ports.flipTimes());
    HeldMail held = new HeldMail(routing, ports.queue());
    ReleaseWatch releases = new ReleaseWatch(ports.queue());
    DryRun dry = new DryRun(routing, ports.queue());
    IdempotencyKeys keys = new IdempotencyKeys(ports.clock());
    new UsersResource(routing, held, audit, waits, dry, ports.explain()).routes(routes);
    new StatesResource(routing, audit, ports.clock(), keys, ports.flipTimes()).routes(routes);
    new PairsResource(ports, releases, waits, dry, keys).routes(routes);
    new HoldsResource(routing, held, audit, waits, ports.forgotten(), dry).routes(routes);
    new DomainsResource(routing, audit).routes(routes);
    new QueueResource(ports.queue()).routes(routes);
    ActionRuns runs = new ActionRuns(ports.queue(), audit, ports.clock());
    new QueueActions(ports.queue(), routing, runs, keys).routes(routes);
    releases.routes(routes);
    events.routes(routes);
    new AliasesResource(routing, audit).routes(routes);
    new MapResource(routing, ports.mapText(), audit, keys).routes(routes);
    new HealthResource(ports.readiness(), watched::troubles, ports.metrics()).routes(routes);
    new ReloadResource(ports.configured()).routes(routes);
    new OpenApiResource().routes(routes);
    restores(routes, held);
    page(routes);
  }

  /** Who waits for a mailbox, and login front ends who tell. */
  private void restores(RoutesConfig routes, HeldMail held) {
    AttemptCounts attempts = new AttemptCounts();
    AttemptLimit limit = new AttemptLimit(System::nanoTime);
    LoginCounts counts = new LoginCounts(new Counts(ports.counted()));
    new LoginAttemptsResource(ports.routing(), attempts, limit, counts).routes(routes);
    new RestoresResource(ports.routing(), held, attempts).routes(routes);
  }

  /** The operators' page, and what only it asks for. */
  private void page(RoutesConfig routes) {
    Attention attention = new Attention(ports);
    new WhoAmIResource(settings.node()).routes(routes);
    new OverviewResource(ports, attention, settings.node()).routes(routes);
    new AttentionResource(attention).routes(routes);
    new HistoryResource(ports.history(), ports.clock()).routes(routes);
    new SearchResource(ports.routing(), ports.queue()).routes(routes);
    new PageResource().routes(routes);
  }

  private static QueuedThreadPool threads() {
    QueuedThreadPool threads = new QueuedThreadPool(MAX_PLATFORM_THREADS);
    threads.setName("admin");
    threads.setDaemon(true);
    threads.setVirtualThreadsExecutor(
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("admin-", 0).factory()));
    return threads;
  }

  private static void limit(Server server) {
    server.setStopTimeout(STOP_PATIENCE.toMillis());
    server.addBean(new NetworkConnectionLimit(MAX_CONNECTIONS, server));
    server.setErrorHandler(new QuietErrors());
  }

  private static void keepQuiet(HttpConfiguration http) {
    http.setSendServerVersion(false);
    http.setSendXPoweredBy(false);
    http.setRequestHeaderSize(MAX_HEADER_BYTES);
    // A local part may contain '/' and '%' (RFC 5321 section 4.1.2); escaped they are one segment.
    http.setUriCompliance(
        UriCompliance.DEFAULT.with(
            "addresses", Violation.AMBIGUOUS_PATH_SEPARATOR, Violation.AMBIGUOUS_PATH_ENCODING));
  }

  private Connector connector(Server server, HttpConfiguration http) {
    ConnectionFactory[] speaks =
        tls == null
            ? new ConnectionFactory[] {new HttpConnectionFactory(http)}
            : tls.connections(http);
    ServerConnector made = new ServerConnector(server, 1, 1, speaks);
    made.setHost(settings.host());
    made.setPort(settings.port());
    made.setIdleTimeout(IDLE_TIMEOUT.toMillis());
    made.setShutdownIdleTimeout(STOP_IDLE.toMillis());
    this.connector = made;
    return made;
  }
}
