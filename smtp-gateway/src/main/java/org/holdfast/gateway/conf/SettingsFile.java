package org.holdfast.gateway.conf;

import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.holdfast.holdqueue.Intake;
import org.holdfast.routing.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code conf/holdfast.yaml}. Every key, its default and its bounds stand here; the shipped
 * file says the same to people, and a test compares the two.
 */
public final class SettingsFile {

  private static final Pattern NODE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,62}");
  private static final Pattern HOST =
      Pattern.compile("(?=.{1,253}$)[A-Za-z0-9_-]{1,63}(\\.[A-Za-z0-9_-]{1,63})*");
  private static final Pattern TLS_VERSION = Pattern.compile("1\\.[23]");
  private static final Pattern SUBADDRESS = Pattern.compile("[^\\sA-Za-z0-9@\"]{0,4}");
  private static final Pattern MAILBOX =
      Pattern.compile("[A-Za-z0-9._+=-]{1,64}@[A-Za-z0-9-]{1,63}(\\.[A-Za-z0-9-]{1,63})*");
  private static final List<String> LOCAL_ONLY = List.of("127.0.0.0/8", "::1/128");

  private SettingsFile() {}

  /** Reads a file; {@code ${NAME}} in it is replaced from this process's environment. */
  public static Settings read(Path file) throws ConfigurationException {
    return configuration(file).settings();
  }

  /** The same, with the text of every key. Relative paths begin at the working directory. */
  public static Configuration configuration(Path file) throws ConfigurationException {
    return configuration(file, YamlSource.WORKING_DIRECTORY);
  }

  /**
   * The same.
   *
   * @param base where relative paths in it begin
   */
  public static Configuration configuration(Path file, Path base) throws ConfigurationException {
    try (Reader text = Files.newBufferedReader(file)) {
      YamlSource source = YamlSource.parse(file.toString(), text, System::getenv, base);
      return new Configuration(settings(source.root()), source.told(), base);
    } catch (NoSuchFileException e) {
      throw new ConfigurationException(file + ": there is no such file");
    } catch (IOException e) {
      throw new ConfigurationException(file + ": cannot be read: " + e);
    }
  }

  /** Reads a text; {@code name} stands in front of every complaint. */
  public static Settings read(
      String name, Reader text, Function<String, @Nullable String> environment)
      throws ConfigurationException {
    return settings(YamlSource.parse(name, text, environment).root());
  }

  /**
   * What turned out to be wrong with a value only when it was used (a port in use, say), in the
   * form of every other complaint: {@code FILE:LINE: SECTION.KEY: what}.
   */
  public static ConfigurationException wrong(Path file, String section, String key, String what) {
    try (Reader text = Files.newBufferedReader(file)) {
      Section root = YamlSource.parse(file.toString(), text, System::getenv).root();
      return section.isEmpty() ? root.wrong(key, what) : root.section(section).wrong(key, what);
    } catch (IOException e) {
      return new ConfigurationException(file + ": " + section + "." + key + ": " + what);
    } catch (ConfigurationException e) {
      return e;
    }
  }

  /** What an empty file means. */
  public static Settings defaults() {
    try {
      return read("defaults", new StringReader(""), name -> null);
    } catch (ConfigurationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Every key, dotted, with the text of its default. */
  static Map<String, String> keys() throws ConfigurationException {
    YamlSource empty = YamlSource.parse("defaults", new StringReader(""), name -> null);
    settings(empty.root());
    return empty.asked();
  }

  private static Settings settings(Section file) throws ConfigurationException {
    Settings settings =
        new Settings(
            file.value("node", "gw1", matching(NODE, "a name of letters, digits, '-', '_', '.'")),
            file.value("hostname", "localhost", matching(HOST, "a host name")),
            file.path("data", "var/data"),
            file.time("stop-timeout", "30s", "0", "1h"),
            door(file.section("smtp"), "127.0.0.1:2525"),
            door(file.section("lmtp"), "127.0.0.1:2424"),
            AdminSection.read(file.section("admin")),
            store(file.section("store")),
            delivery(file.section("delivery")),
            release(file.section("release")),
            retry(file.section("retry")),
            map(file.section("map")),
            log(file.section("log")));
    file.end();
    mustDiffer(file, settings);
    somebodyMustGetIn(file, "smtp", settings.smtp());
    somebodyMustGetIn(file, "lmtp", settings.lmtp());
    return settings;
  }

  /** Listeners, in the order of the file. */
  private static void mustDiffer(Section file, Settings settings) throws ConfigurationException {
    Set<Listen> taken = new HashSet<>();
    mustDiffer(file, "smtp", settings.smtp(), taken);
    mustDiffer(file, "lmtp", settings.lmtp(), taken);
    mustDiffer(file.section("admin"), settings.admin().listen(), taken);
  }

  private static void mustDiffer(Section file, String name, Settings.Door door, Set<Listen> taken)
      throws ConfigurationException {
    mustDiffer(file.section(name), door.listen(), taken);
    Optional<Listen> second = door.tls().flatMap(Settings.Tls::listen);
    if (second.isPresent()) {
      mustDiffer(file.section(name).section("tls"), second.get(), taken);
    }
  }

  private static void mustDiffer(Section section, Listen listen, Set<Listen> taken)
      throws ConfigurationException {
    if (listen.port() != 0 && !taken.add(listen)) {
      throw section.wrong("listen", listen + " is taken by another listener above");
    }
  }

  private static void somebodyMustGetIn(Section file, String name, Settings.Door door)
      throws ConfigurationException {
    boolean canBeKnown =
        door.auth().users().isPresent() || door.tls().flatMap(Settings.Tls::clientCa).isPresent();
    if (door.auth().required() && !canBeKnown) {
      throw file.section(name)
          .section("auth")
          .wrong("required", "needs users, or tls.client-ca: nobody could log in");
    }
  }

  private static Settings.Door door(Section door, String listen) throws ConfigurationException {
    Settings.Door read =
        new Settings.Door(
            door.value("listen", listen, Listen::parse),
            door.values("allow", LOCAL_ONLY, Network::parse),
            door.size("max-message-size", "50MiB", 64 << 10, 2L << 30),
            door.number("max-recipients", 1000, 1, Intake.MAX_RECIPIENTS),
            door.number("max-connections", 2000, 1, 1_000_000),
            door.number("max-connections-per-client", 200, 1, 1_000_000),
            door.time("command-timeout", "5m", "100ms", "1h"),
            tls(door.section("tls")),
            new Settings.Introducers(
                door.values("proxies", List.of(), Network::parse),
                door.values("xclient", LOCAL_ONLY, Network::parse)),
            auth(door.section("auth")),
            rates(door.section("rates")));
    door.end();
    return read;
  }

  private static Settings.Rates rates(Section rates) throws ConfigurationException {
    Settings.Rates read =
        new Settings.Rates(
            rates.number("connections", 0, 0, 1_000_000),
            rates.number("messages", 0, 0, 1_000_000),
            rates.number("recipients", 0, 0, 1_000_000),
            (int) rates.size("min-data", "512", 0, 1 << 30));
    rates.end();
    return read;
  }

  private static Optional<Settings.Tls> tls(Section tls) throws ConfigurationException {
    Optional<Path> certificate = tls.readableFile("certificate");
    Optional<Path> key = tls.readableFile("key");
    Optional<Listen> listen = tls.value("listen", "", SettingsFile::optionalListen);
    String minVersion = tls.value("min-version", "1.2", SettingsFile::tlsVersion);
    Optional<Path> clientCa = tls.readableFile("client-ca");
    boolean requireTls = tls.value("requiretls", "true", SettingsFile::trueOrFalse);
    tls.end();
    if (certificate.isPresent() != key.isPresent()) {
      throw tls.wrong("certificate and key go together");
    }
    if (certificate.isEmpty() && (listen.isPresent() || clientCa.isPresent())) {
      throw tls.wrong("listen and client-ca need certificate and key");
    }
    return certificate.map(found ->
        new Settings.Tls(found, key.orElseThrow(), listen, minVersion, clientCa, requireTls));
  }

  private static Settings.Auth auth(Section auth) throws ConfigurationException {
    Settings.Auth read =
        new Settings.Auth(
            auth.readableFile("users"), auth.value("required", "false", SettingsFile::trueOrFalse));
    auth.end();
    return read;
  }

  private static Settings.Store store(Section store) throws ConfigurationException {
    Settings.Store read =
        new Settings.Store(
            store.value("kind", "embedded", SettingsFile::kind),
            store.size("max-bytes", "50GiB", 1 << 20, 1L << 50),
            store.size("min-free", "2GiB", 0, 1L << 50),
            store.size("segment-size", "64MiB", 1 << 20, 1 << 30),
            store.size("spool-max", "8GiB", 1 << 20, 1L << 50));
    store.end();
    return read;
  }

  private static Settings.Delivery delivery(Section delivery) throws ConfigurationException {
    Settings.Delivery read =
        new Settings.Delivery(
            delivery.time("handoff-timeout", "10s", "0", "10m"),
            delivery.time("connect-timeout", "5s", "10ms", "5m"),
            delivery.time("reply-timeout", "5m", "10ms", "1h"),
            delivery.time("deadline", "15m", "100ms", "1d"),
            delivery.number("connections-per-member", 20, 1, 10_000),
            massRefusal(delivery.section("mass-refusal")),
            onRefused(delivery),
            delivery.value("smarthost", "", SettingsFile::optionalHostPort),
            delivery.value("postmaster", "", SettingsFile::optionalMailbox),
            content(delivery));
    delivery.end();
    return read;
  }

  private static Settings.Content content(Section delivery) throws ConfigurationException {
    return new Settings.Content(
        delivery.value("without-8bitmime", "convert", SettingsFile::sendsAnyway),
        delivery.time("delay-notice", "0", "0", "365d"));
  }

  private static boolean sendsAnyway(String text) {
    return switch (text) {
      case "convert" -> false;
      case "send" -> true;
      default -> throw new IllegalArgumentException("convert or send is expected, not " + text);
    };
  }

  private static Settings.MassRefusal massRefusal(Section refusal) throws ConfigurationException {
    Settings.MassRefusal read =
        new Settings.MassRefusal(
            refusal.number("users", 20, 0, 1000), refusal.time("within", "1m", "1s", "1d"));
    refusal.end();
    return read;
  }

  /** One word for all kinds, or a word for each. */
  private static Settings.OnRefused onRefused(Section delivery) throws ConfigurationException {
    if (delivery.isWord("on-refused")) {
      return Settings.OnRefused.all(delivery.required("on-refused", SettingsFile::refused));
    }
    Section kinds = delivery.section("on-refused");
    Settings.OnRefused read =
        new Settings.OnRefused(
            kinds.value("mailbox", "park", SettingsFile::refused),
            kinds.value("policy", "bounce", SettingsFile::refused),
            kinds.value("content", "bounce", SettingsFile::refused));
    kinds.end();
    return read;
  }

  private static Settings.Refused refused(String text) {
    return switch (text) {
      case "park" -> Settings.Refused.PARK;
      case "bounce" -> Settings.Refused.BOUNCE;
      default -> throw new IllegalArgumentException("park or bounce is expected, not " + text);
    };
  }

  private static Optional<Listen> optionalListen(String text) {
    return text.isBlank() ? Optional.empty() : Optional.of(Listen.parse(text));
  }

  static String tlsVersion(String text) {
    return matching(TLS_VERSION, "one of the versions 1.2 and 1.3").apply(text);
  }

  static boolean trueOrFalse(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("true or false is expected, not " + text);
    };
  }

  private static Optional<HostPort> optionalHostPort(String text) {
    return text.isBlank() ? Optional.empty() : Optional.of(HostPort.parse(text));
  }

  private static Optional<String> optionalMailbox(String text) {
    if (!text.isEmpty() && !MAILBOX.matcher(text).matches()) {
      throw new IllegalArgumentException("not an address such as postmaster@example.com");
    }
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  private static Settings.Release release(Section release) throws ConfigurationException {
    Settings.Release read = new Settings.Release(release.number("rate-per-pair", 0, 0, 1_000_000));
    release.end();
    return read;
  }

  private static Settings.Retry retry(Section retry) throws ConfigurationException {
    Duration first = retry.time("first", "15s", "1ms", "1d");
    Duration max = retry.time("max", "10m", "1ms", "7d");
    retry.end();
    if (max.compareTo(first) < 0) {
      throw retry.wrong("max", "is shorter than retry.first");
    }
    return new Settings.Retry(first, max);
  }

  private static Settings.LocationMap map(Section map) throws ConfigurationException {
    Settings.LocationMap read =
        new Settings.LocationMap(
            map.optionalPath("load", "conf/map.yaml"),
            map.value(
                "subaddress", "+", matching(SUBADDRESS, "at most 4 separators such as + or -")),
            map.time("forgotten-after", "1d", "1s", "365d"));
    map.end();
    return read;
  }

  private static Settings.Log log(Section log) throws ConfigurationException {
    Settings.Log read =
        new Settings.Log(
            log.value("format", "text", text -> word(Settings.LogFormat.class, text)),
            log.value("level", "info", text -> word(Settings.LogLevel.class, text)));
    log.end();
    return read;
  }

  /** One of the words of an enumeration, in small letters. */
  private static <E extends Enum<E>> E word(Class<E> words, String text) {
    for (E word : words.getEnumConstants()) {
      if (word.name().toLowerCase(Locale.ROOT).equals(text)) {
        return word;
      }
    }
    throw new IllegalArgumentException(
        Arrays.stream(words.getEnumConstants())
                .map(word -> word.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "))
            + ": one of these is expected, not "
            + text);
  }

  private static Function<String, String> matching(Pattern pattern, String expected) {
    return text -> {
      if (!pattern.matcher(text).matches()) {
        throw new IllegalArgumentException("not " + expected + ": " + text);
      }
      return text;
    };
  }

  private static String kind(String text) {
    if (!text.equals("embedded")) {
      throw new IllegalArgumentException("this version has only embedded, not " + text);
    }
    return text;
  }
}
