package org.holdfast.gateway.conf;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The section {@code admin} of the configuration: the API's listener and who may use it. */
final class AdminSection {

  private static final Pattern HOST = Pattern.compile("[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63})*");

  private AdminSection() {}

  static Settings.Admin read(Section admin) throws ConfigurationException {
    Settings.Admin read =
        new Settings.Admin(
            admin.value("listen", "127.0.0.1:8025", Listen::parse),
            tls(admin.section("tls")),
            admin.value("insecure", "false", SettingsFile::trueOrFalse),
            admin.values("hosts", List.of(), AdminSection::host),
            admin.readableFile("tokens"),
            admin.time("audit-keep", "90d", "1h", "3650d"));
    admin.end();
    if (!read.listen().isLoopback() && read.tls().isEmpty() && !read.insecure()) {
      throw admin.wrong(
          "listen",
          read.listen()
              + " is not a loopback address, and tokens would cross the network in the clear:"
              + " give tls.certificate and tls.key, or say insecure: true");
    }
    return read;
  }

  private static Optional<Settings.AdminTls> tls(Section tls) throws ConfigurationException {
    Optional<Path> certificate = tls.readableFile("certificate");
    Optional<Path> key = tls.readableFile("key");
    String minVersion = tls.value("min-version", "1.2", SettingsFile::tlsVersion);
    Optional<Path> clientCa = tls.readableFile("client-ca");
    tls.end();
    if (certificate.isPresent() != key.isPresent()) {
      throw tls.wrong("certificate and key go together");
    }
    if (certificate.isEmpty() && clientCa.isPresent()) {
      throw tls.wrong("client-ca needs certificate and key");
    }
    return certificate.map(
        found -> new Settings.AdminTls(found, key.orElseThrow(), minVersion, clientCa));
  }

  private static String host(String text) {
    String host = text.toLowerCase(Locale.ROOT);
    if (!HOST.matcher(host).matches()) {
      throw new IllegalArgumentException("not a host name (without a port): " + text);
    }
    return host;
  }
}
