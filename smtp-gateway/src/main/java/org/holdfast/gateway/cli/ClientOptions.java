package org.holdfast.gateway.cli;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.StreamSupport;
import javax.net.ssl.SSLContext;
import org.holdfast.gateway.conf.ConfigurationException;
import org.holdfast.gateway.conf.Settings;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How a client command finds its gateway, and how it answers. A part of each such command. */
final class ClientOptions {

  static final String DEFAULT_URL = "http://127.0.0.1:8025";
  private static final Path DEFAULT_DATA = Path.of("var", "data");
  private static final String TOKEN_FILE = "operator.token";

  private final Surroundings around;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "The gateway's admin address; default: HOLDFAST_URL or " + DEFAULT_URL + ".")
  private @Nullable String url;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description =
          "What to show it; default: HOLDFAST_TOKEN or the file operator.token in the gateway's"
              + " data folder.")
  private @Nullable String token;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "A local gateway's configuration: says where its data folder is (a relative one begins"
              + " at the folder the command is called from). Given, it says the admin address too."
              + " Default: conf/holdfast.yaml beside the launcher, with its paths beginning there.")
  private @Nullable Path config;

  @Option(
      names = "--cacert",
      paramLabel = "FILE",
      description =
          "PEM file of the authority that signed the gateway's certificate; default:"
              + " HOLDFAST_CACERT, or with --config the certificate named there.")
  private @Nullable Path cacert;

  @Option(names = "--json", description = "Print the API's JSON.")
  private boolean json;

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  ClientOptions(Surroundings around) {
    this.around = around;
  }

  Person person() {
    return around.person();
  }

  Pace pace() {
    return around.pace();
  }

  boolean json() {
    return json;
  }

  Terminal terminal() {
    return Terminal.of(command);
  }

  /** A usage error of this command. */
  ParameterException misuse(String what) {
    return new ParameterException(Objects.requireNonNull(command).commandLine(), what);
  }

  /** The value of an option that has only these; null: it was not given. */
  @Nullable String oneOf(String option, @Nullable String value, Iterable<String> words) {
    if (value != null
        && StreamSupport.stream(words.spliterator(), false).noneMatch(value::equals)) {
      throw misuse(option + " must be one of " + String.join(", ", words) + ", not " + value);
    }
    return value;
  }

  AdminClient client() throws ConfigurationException {
    Optional<Settings> settings = settings();
    return new AdminClient(address(settings), token(settings), trust(settings));
  }

  private @Nullable SSLContext trust(Optional<Settings> settings) throws ConfigurationException {
    Path file = cacert;
    String named = around.environment().getOrDefault("HOLDFAST_CACERT", "");
    if (file == null && !named.isEmpty()) {
      file = Path.of(named);
    }
    if (file == null && config != null) {
      file =
          settings.flatMap(s -> s.admin().tls()).map(Settings.AdminTls::certificate).orElse(null);
    }
    try {
      return file == null ? null : Trust.in(file);
    } catch (IOException e) {
      throw new ConfigurationException(String.valueOf(e.getMessage()));
    }
  }

  private URI address(Optional<Settings> settings) {
    String text = url != null ? url : around.environment().getOrDefault("HOLDFAST_URL", "");
    if (text.isEmpty()) {
      text = config == null ? DEFAULT_URL : local(settings.orElseThrow().admin());
    }
    try {
      URI uri = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
      if (uri.getHost() != null && String.valueOf(uri.getScheme()).matches("https?")) {
        return uri;
      }
    } catch (URISyntaxException _) {
      // said below
    }
    throw misuse("not an http URL: " + text);
  }

  private static String local(Settings.Admin admin) {
    return admin.scheme() + "://" + admin.listen();
  }

  /** A configuration that was asked for must be right; the default one may be missing or wrong. */
  private Optional<Settings> settings() throws ConfigurationException {
    if (config != null) {
      return Optional.of(ConfigPath.read(config).settings());
    }
    try {
      return Optional.of(ConfigPath.read(null).settings());
    } catch (ConfigurationException _) {
      return Optional.empty();
    }
  }

  /**
   * Without a configuration that was named, a gateway that was started in this very folder goes
   * first: its data folder is here unless somebody says otherwise.
   */
  private Token token(Optional<Settings> settings) {
    if (token != null && !token.isEmpty()) {
      return new Token(token, "it is that of --token");
    }
    String given = around.environment().getOrDefault("HOLDFAST_TOKEN", "");
    if (!given.isEmpty()) {
      return new Token(given, "it is that of HOLDFAST_TOKEN");
    }
    Path here = DEFAULT_DATA.resolve(TOKEN_FILE);
    Path data =
        settings.map(Settings::data).orElseGet(() -> ConfigPath.home().resolve(DEFAULT_DATA));
    boolean startedHere = config == null && Files.isReadable(here);
    Path file = startedHere ? here : data.resolve(TOKEN_FILE);
    return Token.in(file.toAbsolutePath().normalize());
  }
}
