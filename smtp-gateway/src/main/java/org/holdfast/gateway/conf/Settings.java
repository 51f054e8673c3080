package org.holdfast.gateway.conf;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.holdfast.routing.HostPort;

/**
 * What the operator set, complete and checked: one component for each key of {@code
 * conf/holdfast.yaml}, in its order. {@link SettingsFile} reads it and knows the defaults. Sizes
 * are in bytes; relative paths begin where the file says ({@link Configuration#base}). Immutable.
 *
 * @param node this gateway's name, unique in a cluster
 * @param hostname in the banner and in {@code Received:}
 * @param data folder of the embedded store
 * @param stopTimeout how long a stop waits for what is in flight
 * @param log what the log lines on stderr look like
 */
public record Settings(
    String node,
    String hostname,
    Path data,
    Duration stopTimeout,
    Door smtp,
    Door lmtp,
    Admin admin,
    Store store,
    Delivery delivery,
    Release release,
    Retry retry,
    LocationMap map,
    Log log) {

  /** Connections of all doors together. */
  public int maxConnections() {
    return smtp.maxConnections() + lmtp.maxConnections();
  }

  /** Where the operator's token lies. */
  public Path operatorToken() {
    return data.resolve("operator.token");
  }

  /**
   * One way for mail to come in.
   *
   * @param allow clients that may connect
   * @param maxMessageSize octets of one message
   * @param maxRecipients of one message
   * @param maxConnections at once
   * @param maxConnectionsPerClient at once from one address
   * @param commandTimeout longest wait for the client's next whole command or next octets of a
   *     message
   * @param tls certificate for STARTTLS; empty: none is offered
   * @param introducers whose word about who the client is counts
   * @param auth who may log in
   * @param rates of one client
   */
  public record Door(
      Listen listen,
      List<Network> allow,
      long maxMessageSize,
      int maxRecipients,
      int maxConnections,
      int maxConnectionsPerClient,
      Duration commandTimeout,
      Optional<Tls> tls,
      Introducers introducers,
      Auth auth,
      Rates rates) {}

  /**
   * What one client may do in a minute; 0: any number.
   *
   * @param connections opened
   * @param messages begun
   * @param recipients named
   * @param minData octets a second that a message must come at; 0: no bound
   */
  public record Rates(int connections, int messages, int recipients, int minData) {}

  /**
   * Networks whose word about who the client is counts.
   *
   * @param proxies must send a PROXY header
   * @param xclient may use XCLIENT and XFORWARD
   */
  public record Introducers(List<Network> proxies, List<Network> xclient) {}

  /**
   * Encryption at a door.
   *
   * @param certificate PEM file: the certificate, then its chain
   * @param key PEM file: its private key
   * @param listen a second address, with TLS from the first octet on
   * @param minVersion {@code 1.2} or {@code 1.3}
   * @param clientCa PEM file of the authorities whose certificates tell who a client is
   * @param requireTls whether REQUIRETLS is offered
   */
  public record Tls(
      Path certificate,
      Path key,
      Optional<Listen> listen,
      String minVersion,
      Optional<Path> clientCa,
      boolean requireTls) {}

  /**
   * Who may log in at a door.
   *
   * @param users file with accounts; empty: AUTH is not offered
   * @param required whether clients of {@code allow} must log in too
   */
  public record Auth(Optional<Path> users, boolean required) {}

  /**
   * The HTTP API and the operators' page.
   *
   * @param tls empty: plain HTTP
   * @param insecure plain HTTP beyond this machine is meant
   * @param hosts further names by which it is asked, in lower case
   * @param tokens file with further tokens; empty: only the operator's own
   * @param auditKeep events older than this are deleted
   */
  public record Admin(
      Listen listen,
      Optional<AdminTls> tls,
      boolean insecure,
      List<String> hosts,
      Optional<Path> tokens,
      Duration auditKeep) {

    /** {@code https} or {@code http}. */
    public String scheme() {
      return tls.isPresent() ? "https" : "http";
    }
  }

  /**
   * Encryption of the HTTP API.
   *
   * @param certificate PEM file: the certificate, then its chain
   * @param key PEM file: its private key
   * @param minVersion {@code 1.2} or {@code 1.3}
   * @param clientCa PEM file: clients must show a certificate of one of these authorities
   */
  public record AdminTls(Path certificate, Path key, String minVersion, Optional<Path> clientCa) {}

  /**
   * Where held mail lies.
   *
   * @param kind {@code embedded}
   * @param maxBytes the queue's files take no more
   * @param minFree the file system keeps at least this much free
   * @param segmentSize one file of the log
   * @param spoolMax temporary files of large messages on their way in, together
   */
  public record Store(String kind, long maxBytes, long minFree, long segmentSize, long spoolMax) {}

  /**
   * How mail goes to the backends.
   *
   * @param handoffTimeout the sender waits no longer for a backend
   * @param connectTimeout for the TCP connection and the greeting
   * @param replyTimeout for each reply
   * @param deadline for one whole attempt
   * @param connectionsPerMember at once to one backend
   * @param massRefusal when refusals of users put a pair on hold
   * @param onRefused what becomes of accepted mail that a backend refuses for good
   * @param smarthost takes notifications for senders who are nobody of the map; empty: none does
   * @param postmaster From of notifications; empty: postmaster at {@code hostname}
   * @param content what is done for backends that take less than we do
   */
  public record Delivery(
      Duration handoffTimeout,
      Duration connectTimeout,
      Duration replyTimeout,
      Duration deadline,
      int connectionsPerMember,
      MassRefusal massRefusal,
      OnRefused onRefused,
      Optional<HostPort> smarthost,
      Optional<String> postmaster,
      Content content) {

    /**
     * Something other than the default is said about returning mail, and most senders cannot be
     * told of it.
     */
    public boolean returnsWithoutSmarthost() {
      return smarthost.isEmpty() && onRefused.returnsSome() && !onRefused.equals(OnRefused.USUAL);
    }
  }

  /**
   * What is done about what a backend does not offer.
   *
   * @param eightBitAnyway 8-bit octets go, unconverted, to one without 8BITMIME too
   * @param delayNotice how long mail waits before its sender is told; zero: never
   */
  public record Content(boolean eightBitAnyway, Duration delayNotice) {}

  /**
   * What becomes of accepted mail that a backend refuses for good, by what the refusal is about.
   */
  public record OnRefused(Refused mailbox, Refused policy, Refused content) {

    public static final OnRefused USUAL =
        new OnRefused(Refused.PARK, Refused.BOUNCE, Refused.BOUNCE);

    /** Whether anything is returned to its sender. */
    public boolean returnsSome() {
      return !equals(all(Refused.PARK));
    }

    static OnRefused all(Refused same) {
      return new OnRefused(same, same, same);
    }
  }

  /** What to do with it. */
  public enum Refused {
    /** It waits for a person. */
    PARK,
    /** Its sender is told; it leaves the queue. */
    BOUNCE
  }

  /**
   * A member that refuses this many users it should know, within this time.
   *
   * @param users distinct; 0: never
   */
  public record MassRefusal(int users, Duration within) {}

  /**
   * How held mail is let go.
   *
   * @param ratePerPair messages a second; 0: as fast as the pair takes it
   */
  public record Release(int ratePerPair) {}

  /** Waits between attempts of one delivery: the first, and the longest. */
  public record Retry(Duration first, Duration max) {}

  /**
   * The location map.
   *
   * @param load read at the first start, when the map is empty; empty: nothing is
   * @param subaddress characters that begin a subaddress; empty: none does
   * @param forgottenAfter a user who is moving or recovering, a pair or domain on hold, for longer
   *     than this counts as forgotten
   */
  public record LocationMap(Optional<Path> load, String subaddress, Duration forgottenAfter) {}

  /**
   * Log lines.
   *
   * @param level what is less important is not written
   */
  public record Log(LogFormat format, LogLevel level) {}

  /** How a log line looks. */
  public enum LogFormat {
    /** For people and grep. */
    TEXT,
    /** One JSON object a line. */
    JSON
  }

  /** From the most important. */
  public enum LogLevel {
    ERROR,
    WARN,
    INFO,
    DEBUG
  }
}
