package org.holdfast.gateway.wiring;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.holdfast.gateway.admin.AdminPorts;
import org.holdfast.gateway.admin.AdminServer;
import org.holdfast.gateway.admin.AdminSettings;
import org.holdfast.gateway.conf.ConfigurationException;
import org.holdfast.gateway.conf.Settings;
import org.holdfast.gateway.conf.SettingsFile;
import org.holdfast.gateway.tls.ServerTls;
import org.holdfast.gateway.tls.ServerTls.MinVersion;
import org.jspecify.annotations.Nullable;

/** From what an operator set for the admin API to a server that listens. */
final class AdminDoor {

  private AdminDoor() {}

  /**
   * Opens the listener.
   *
   * @param file where the settings came from, for complaints
   * @throws ConfigurationException naming file, line and key
   */
  static AdminServer open(Settings settings, Path file, Path data, AdminPorts ports)
      throws ConfigurationException {
    Settings.Admin set = settings.admin();
    @Nullable ServerTls tls = tls(set.tls(), file, ports.clock());
    if (tls != null) {
      ports.counted().registerGauge("holdfast.admin.tls.certificate.days", tls::daysLeft);
    }
    AdminServer server =
        new AdminServer(
            new AdminSettings(
                set.listen().host(),
                set.listen().port(),
                hosts(settings),
                tls,
                set.tokens().map(Path::toString).orElse(""),
                data,
                settings.node()),
            ports);
    try {
      server.start();
    } catch (IOException e) {
      server.close();
      throw SettingsFile.wrong(file, "admin", "listen", String.valueOf(e.getMessage()));
    }
    return server;
  }

  private static @Nullable ServerTls tls(
      Optional<Settings.AdminTls> set, Path file, InstantSource clock)
      throws ConfigurationException {
    if (set.isEmpty()) {
      return null;
    }
    Settings.AdminTls tls = set.get();
    try {
      return new ServerTls(
          "admin",
          tls.certificate(),
          tls.key(),
          MinVersion.of(tls.minVersion()),
          tls.clientCa(),
          clock);
    } catch (IOException e) {
      throw SettingsFile.wrong(file, "admin", "tls", String.valueOf(e.getMessage()));
    }
  }

  /** What the operator said, the name this gateway bears, and the one it listens at. */
  private static List<String> hosts(Settings settings) {
    List<String> hosts = new ArrayList<>(settings.admin().hosts());
    hosts.add(settings.hostname().toLowerCase(Locale.ROOT));
    String listen = settings.admin().listen().host();
    if (!isAddress(listen)) {
      hosts.add(listen.toLowerCase(Locale.ROOT));
    }
    return hosts;
  }

  private static boolean isAddress(String host) {
    try {
      InetAddress _ = InetAddress.ofLiteral(host);
      return true;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }
}
