package org.holdfast.gateway.wiring;

import com.codahale.metrics.MetricRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.holdfast.gateway.accept.Dialect;
import org.holdfast.gateway.accept.ListenerSettings;
import org.holdfast.gateway.accept.MailServer;
import org.holdfast.gateway.accept.QueueId;
import org.holdfast.gateway.accept.SpoolRoom;
import org.holdfast.gateway.admin.AdminPorts;
import org.holdfast.gateway.admin.AuditLog;
import org.holdfast.gateway.admin.Configured;
import org.holdfast.gateway.admin.Explain;
import org.holdfast.gateway.admin.FileTold;
import org.holdfast.gateway.admin.ForgottenHolds;
import org.holdfast.gateway.admin.History;
import org.holdfast.gateway.admin.Metrics;
import org.holdfast.gateway.admin.OwnEvents;
import org.holdfast.gateway.conf.Configuration;
import org.holdfast.gateway.conf.ConfigurationException;
import org.holdfast.gateway.conf.Listen;
import org.holdfast.gateway.conf.LiveKeys;
import org.holdfast.gateway.conf.Settings;
import org.holdfast.gateway.conf.SettingsFile;
import org.holdfast.gateway.deliver.LmtpClient;
import org.holdfast.gateway.deliver.LmtpSettings;
import org.holdfast.gateway.deliver.Transaction;
import org.holdfast.gateway.path.AfterAcceptance;
import org.holdfast.gateway.path.Courier;
import org.holdfast.gateway.path.DelayNotices;
import org.holdfast.gateway.path.Inbound;
import org.holdfast.gateway.path.MassRefusals;
import org.holdfast.gateway.path.MemberTrust;
import org.holdfast.gateway.path.MessagePath;
import org.holdfast.gateway.path.PostmasterMail;
import org.holdfast.gateway.path.SenderNotices;
import org.holdfast.gateway.path.Smarthost;
import org.holdfast.gateway.service.Vital;
import org.holdfast.holdqueue.EmbeddedHoldQueue;
import org.holdfast.holdqueue.HoldQueue;
import org.holdfast.holdqueue.StoreSettings;
import org.holdfast.holdqueue.disk.RealDisk;
import org.holdfast.holdqueue.log.LogSettings;
import org.holdfast.holdqueue.log.SegmentLog;
import org.holdfast.routing.EmbeddedRouting;
import org.holdfast.routing.HostPort;
import org.holdfast.routing.MapSettings;
import org.holdfast.routing.MapUnavailableException;
import org.holdfast.routing.Member;
import org.holdfast.routing.Routing;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running gateway: who is made in which order, who knows whom, and who is stopped in which
 * order.
 *
 * <p>Up: data folder, map, queue, the way out, the way in, dispatch, admin, doors. Down: doors
 * (finish what is in flight), dispatch, connections to backends, admin, queue, map, data folder.
 */
public final class Gateway implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Gateway.class);

  /** Addresses that the map keeps in memory, known or not; about 300 octets each. */
  private static final int MAP_CACHE = 200_000;

  /** Beyond the hand-off time, for a refused message to be stored as parked. */
  private static final Duration TO_BE_PARKED = Duration.ofSeconds(10);

  private final Settings settings;
  private final Path file;
  private final InstantSource clock = Clock.systemUTC();
  private final Counting counting = new Counting();
  private final Opened opened;
  private final Descriptors descriptors;
  private final Live live = new Live();
  private final Reload reload;
  private final List<Vital> vitals;
  private final StatusLine status;
  private final AuditLog audit;
  private final InetSocketAddress smtp;
  private final InetSocketAddress lmtp;
  private final int adminPort;

  /** When the stop has to be over, by {@link System#nanoTime}; written by the one who closes. */
  private long stopBy;

  /** How long a stop may take; the latest that was read. */
  private volatile Duration stopTimeout;

  private Gateway(Configuration configuration, Path file, Consumer<String> stage, Opened opened)
      throws ConfigurationException, IOException {
    this.settings = configuration.settings();
    this.file = file;
    this.reload = new Reload(file.toAbsolutePath().normalize(), configuration, this::apply);
    this.opened = opened;
    this.stopTimeout = settings.stopTimeout();
    this.descriptors = Descriptors.ofProcess(settings.maxConnections());
    descriptors.warning(settings.maxConnections()).ifPresent(log::warn);
    DataFolder data = opened.add(dataFolder());
    NativeLibrary.load(data.root());
    stage.accept("reading the map");
    MapLog changes = opened.add(mapLog(data));
    Routing routing = opened.add(routing(data, changes));
    if (!isBeingMade(routing, changes)) {
      firstMap(routing);
    }
    stage.accept("reading the queue's log");
    EmbeddedHoldQueue queue = live.queue(opened.add(queue(data)));
    this.audit = opened.add(AuditLog.open(data.root(), clock, settings.admin().auditKeep()));
    OwnEvents own = opened.add(new OwnEvents(audit, routing, queue, settings.node()));
    this.status = new StatusLine(queue, () -> troubles(routing, queue), clock);
    Loops loops = opened.add(new Loops());
    this.vitals =
        List.of(
            loops::silent,
            queue.running()::silent,
            patience ->
                changes.answers(patience)
                    ? Optional.empty()
                    : Optional.of("the writer of the map's log does not answer"));
    LmtpClient client = opened(new LmtpClient(lmtpSettings(), loops.group(), clock));
    MemberPairs pairs = new MemberPairs(routing);
    routing.onChange(pairs);
    Transaction wayOut = counting.traffic().counted(client, pairs);
    MemberTrust trust = new MemberTrust(massRefusals(routing, queue, audit, counting.registry()));
    ExecutorService messages =
        opened.add(
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("message-", 0).factory()));
    QueueId ids = new QueueId(clock);
    Smarthost smarthost = smarthost(loops, routing);
    SenderNotices notices =
        new SenderNotices(
            routing, queue, smarthost, AfterRefusal.reporter(settings), ids::next, clock);
    AfterAcceptance after =
        live.after(
            new AfterAcceptance(
                AfterRefusal.returnedKinds(settings), notices, messages, counting.registry()));
    MessagePath messagePath =
        live.path(
            new MessagePath(
                routing,
                queue,
                wayOut,
                trust,
                settings.delivery().handoffTimeout(),
                after,
                messages));
    Inbound path =
        new PostmasterMail(messagePath, settings.hostname(), settings.delivery().postmaster());
    routing.onChange(new QueueFollowsMap(queue));
    Backends backends = new Backends(routing, queue, client);
    Explain explain = new Explain(routing, queue, backends, path, messagePath);
    this.adminPort = admin(data, routing, queue, backends, audit, explain);
    queue.start(new Courier(routing, wayOut, trust, after, smarthost));
    opened.add(() -> queue.stop(patience()));
    delayNotices(data, queue, notices);
    SpoolRoom spool = spoolRoom(data);
    stage.accept("opening the listeners");
    this.smtp = door(data, "smtp", Dialect.SMTP, settings.smtp(), path, loops, ids, spool, audit);
    this.lmtp = door(data, "lmtp", Dialect.LMTP, settings.lmtp(), path, loops, ids, spool, audit);
    own.start(doors());
    reload.started();
  }

  /**
   * Starts a gateway; returns when every listener is open.
   *
   * @param file where the settings came from, for complaints and to be read again
   * @throws ConfigurationException something that was set cannot be: one line for people
   * @throws IOException the data folder cannot be used
   */
  public static Gateway start(Settings settings, Path file)
      throws ConfigurationException, IOException {
    Configuration read = SettingsFile.configuration(file);
    return start(new Configuration(settings, read.texts(), read.base()), file, _ -> {});
  }

  /**
   * The same.
   *
   * @param stage is told what the start is at; must not block
   */
  static Gateway start(Configuration configuration, Path file, Consumer<String> stage)
      throws ConfigurationException, IOException {
    Opened opened = new Opened();
    try {
      return new Gateway(configuration, file, stage, opened);
    } catch (ConfigurationException | IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /** Where SMTP listens. */
  public InetSocketAddress smtp() {
    return smtp;
  }

  /** Where LMTP listens. */
  public InetSocketAddress lmtp() {
    return lmtp;
  }

  /** Root of the admin API and the operators' page. */
  public URI admin() {
    return URI.create(
        settings.admin().scheme()
            + "://"
            + new Listen(settings.admin().listen().host(), adminPort));
  }

  /** Takes the live keys of these settings over; what changed stands in the events. */
  private void apply(Settings read, LiveKeys.Change change, Configured.By by) {
    live.apply(read);
    stopTimeout = read.stopTimeout();
    if (!change.live().isEmpty() || !change.restart().isEmpty()) {
      var _ =
          audit.append(
              by.who(), by.from(), "configuration", file.toString(), change.line(), null, null);
    }
  }

  /** Reads the file again, at a signal; answers one line for people. */
  String reload() {
    return reload.now();
  }

  /** One line about what is held, and what is wrong. May block. */
  String status() {
    return status.text();
  }

  /** Threads without which nothing goes on. */
  List<Vital> vitals() {
    return vitals;
  }

  Duration stopTimeout() {
    return stopTimeout;
  }

  private static List<String> troubles(Routing routing, HoldQueue queue) {
    return Stream.of(routing.trouble(), queue.trouble()).flatMap(Optional::stream).toList();
  }

  /**
   * Stops accepting, finishes what is in flight (bounded by {@code stop-timeout}) and closes
   * everything.
   */
  @Override
  public void close() {
    stopBy = System.nanoTime() + stopTimeout.toNanos();
    opened.close();
  }

  /** What is left of {@code stop-timeout}, which all parts share. */
  private Duration patience() {
    return Duration.ofNanos(Math.max(0, stopBy - System.nanoTime()));
  }

  private DataFolder dataFolder() throws ConfigurationException {
    try {
      return DataFolder.open(settings.data());
    } catch (IOException e) {
      throw SettingsFile.wrong(file, "", "data", String.valueOf(e.getMessage()));
    }
  }

  private SpoolRoom spoolRoom(DataFolder data) {
    Settings.Store store = settings.store();
    return SpoolRoom.in(
        data.root(), new SpoolRoom.Bounds(store.spoolMax(), descriptors.files(), store.minFree()));
  }

  private static MapLog mapLog(DataFolder data) throws IOException {
    return new MapLog(
        SegmentLog.open(
            new RealDisk(),
            data.mapLog(),
            data.mapQuarantine(),
            LogSettings.usual(),
            new SecureRandom()));
  }

  private Routing routing(DataFolder data, MapLog changes) throws IOException {
    return EmbeddedRouting.open(
        new MapSettings(data.mapView(), settings.map().subaddress(), MAP_CACHE), changes, clock);
  }

  /**
   * A large view may still be being made from its log. Then this is no first start, and the doors
   * open already: mail gets 451, and {@code /readyz} says how far it is.
   */
  private static boolean isBeingMade(Routing routing, MapLog changes) {
    return changes.last() > 0 && routing.trouble().isPresent();
  }

  private void firstMap(Routing routing) throws ConfigurationException, IOException {
    try {
      FirstMap.load(routing, settings.map().load());
    } catch (MapUnavailableException e) {
      throw new IOException("the location map cannot be used: " + e.getMessage(), e);
    }
  }

  private EmbeddedHoldQueue queue(DataFolder data) throws IOException {
    StoreSettings store =
        StoreSettings.in(data.queue())
            .bounds(settings.store().maxBytes(), settings.store().minFree())
            .segments(settings.store().segmentSize());
    RealDisk disk = new RealDisk();
    disk.createDirectories(data.queueQuarantine()); // so that who looks for it finds it empty
    return EmbeddedHoldQueue.open(store, Live.limits(settings), disk, clock);
  }

  private LmtpSettings lmtpSettings() {
    Settings.Delivery delivery = settings.delivery();
    return LmtpSettings.of(settings.hostname())
        .withTimes(delivery.connectTimeout(), delivery.replyTimeout(), delivery.deadline())
        .withPool(
            delivery.connectionsPerMember(),
            LmtpSettings.WAITING_PER_MEMBER,
            LmtpSettings.IDLE_TIME)
        .withEightBitAnyway(delivery.content().eightBitAnyway());
  }

  private LmtpClient opened(LmtpClient client) {
    opened.add(() -> client.close(patience()).toCompletableFuture().join());
    return live.client(client);
  }

  private MassRefusals massRefusals(
      Routing routing, HoldQueue queue, AuditLog audit, MetricRegistry counted) {
    Settings.Delivery delivery = settings.delivery();
    HoldOnMassRefusal holder =
        opened.add(
            new HoldOnMassRefusal(
                routing,
                queue,
                audit,
                counted.counter("holdfast.mass.refusals"),
                delivery.handoffTimeout().plus(TO_BE_PARKED)));
    Settings.MassRefusal limits = delivery.massRefusal();
    return new MassRefusals(
        new MassRefusals.Limits(limits.users(), limits.within()), holder, System::nanoTime);
  }

  private void delayNotices(DataFolder data, HoldQueue queue, SenderNotices notices) {
    Duration after = settings.delivery().content().delayNotice();
    if (after.isPositive()) {
      DelayMark mark = new DelayMark(data.queue());
      opened.add(
          new DelayLooks(new DelayNotices(queue, notices, mark, after, clock), after).start());
    }
  }

  private Smarthost smarthost(Loops loops, Routing routing) {
    Optional<HostPort> server = settings.delivery().smarthost();
    if (server.isEmpty()) {
      AfterRefusal.warnWithoutSmarthost(settings);
      return Smarthost.none();
    }
    LmtpSettings smtp = lmtpSettings().with(LmtpSettings.Protocol.SMTP);
    return new Smarthost(
        new Member("smarthost", server.get(), null),
        opened(new LmtpClient(smtp, loops.group(), clock)),
        () -> AfterRefusal.everythingHeld(routing));
  }

  private int admin(
      DataFolder data,
      Routing routing,
      HoldQueue queue,
      Backends backends,
      AuditLog audit,
      Explain explain)
      throws ConfigurationException {
    ForgottenHolds forgotten =
        opened.add(new ForgottenHolds(routing, audit, clock, settings.map().forgottenAfter()));
    live.forgotten(forgotten).start();
    History history = opened.add(new History(queue, counting.registry(), clock, data.history()));
    history.start();
    Metrics metrics =
        counting.shown(new Metrics.Sources(queue, routing, forgotten, backends), clock);
    opened.add(metrics.bean(settings.node()));
    AdminPorts ports =
        new AdminPorts(
            routing,
            queue,
            audit,
            forgotten,
            () -> troubles(routing, queue),
            backends,
            backends,
            new MapFiles(routing),
            explain,
            metrics::text,
            history,
            counting.registry(),
            counting.flipTimes(),
            reload,
            clock);
    return opened.add(AdminDoor.open(settings, file, data.root(), ports)).port();
  }

  /** What the events keep of a start. */
  private Map<String, Object> doors() {
    Map<String, Object> doors = new LinkedHashMap<>();
    doors.put("smtp", new Listen(smtp.getAddress().getHostAddress(), smtp.getPort()).toString());
    doors.put("lmtp", new Listen(lmtp.getAddress().getHostAddress(), lmtp.getPort()).toString());
    doors.put("admin", admin().toString());
    return doors;
  }

  private InetSocketAddress door(
      DataFolder data,
      String name,
      Dialect dialect,
      Settings.Door door,
      Inbound path,
      Loops loops,
      QueueId ids,
      SpoolRoom spool,
      AuditLog audit)
      throws ConfigurationException, IOException {
    ListenerSettings listener =
        Doors.listener(
            settings,
            name,
            dialect,
            door,
            descriptors.part(door.maxConnections(), settings.maxConnections()),
            data.spool(name),
            audit);
    MailServer server;
    try {
      server =
          new MailServer(
              listener,
              counting.traffic().counted(path, name),
              loops.group(),
              clock,
              ids,
              spool,
              counting.registry());
    } catch (IOException e) {
      throw SettingsFile.wrong(file, name, "tls", String.valueOf(e.getMessage()));
    }
    server.register(counting.registry(), "holdfast." + name);
    live.door(server, dialect == Dialect.SMTP ? Settings::smtp : Settings::lmtp);
    server.onCertificate(new FileTold(audit, "certificate", name, () -> null));
    opened.add(() -> server.stop(patience()));
    try {
      return server.start();
    } catch (IOException e) {
      throw SettingsFile.wrong(file, name, "listen", String.valueOf(e.getMessage()));
    }
  }
}
