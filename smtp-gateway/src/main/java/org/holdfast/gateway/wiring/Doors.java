package org.holdfast.gateway.wiring;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.holdfast.gateway.accept.Security;
import org.holdfast.gateway.admin.AuditLog;
import org.holdfast.gateway.admin.FileTold;
import org.holdfast.gateway.conf.ConfigurationException;
import org.holdfast.gateway.conf.Settings;
import org.holdfast.gateway.conf.UsersFile;
import org.holdfast.gateway.sasl.Accounts;
import org.holdfast.gateway.tls.ServerTls.MinVersion;
import org.holdfast.gateway.tls.WatchedFiles;

/**
 * From what an operator set for a door to what its listener is told about encryption and logins.
 */
final class Doors {

  private Doors() {}

  /**
   * Reads the accounts.
   *
   * @param name of the door, for the log
   * @throws ConfigurationException naming file and line in the file of accounts
   */
  static Security security(String name, Settings.Door door, AuditLog audit)
      throws ConfigurationException, IOException {
    Optional<Settings.Tls> tls = door.tls();
    return new Security(
        tls.flatMap(Settings.Tls::listen)
            .map(listen -> new Security.TlsListen(listen.host(), listen.port())),
        MinVersion.of(tls.map(Settings.Tls::minVersion).orElse("")),
        tls.flatMap(Settings.Tls::clientCa),
        tls.map(Settings.Tls::requireTls).orElse(false),
        accounts(name, door.auth().users(), audit),
        door.auth().required(),
        Security.FAILURE_DELAY,
        Security.LOGIN_TIME);
  }

  private static Optional<WatchedFiles<Accounts>> accounts(
      String name, Optional<Path> users, AuditLog audit)
      throws ConfigurationException, IOException {
    if (users.isEmpty()) {
      return Optional.empty();
    }
    Path file = users.get();
    UsersFile.read(file); // for a complaint of the form that all settings have
    WatchedFiles<Accounts> accounts =
        new WatchedFiles<>(name + ".auth: users", List.of(file), () -> read(file));
    accounts.onChange(
        new FileTold(audit, "accounts", name, () -> Map.of("accounts", accounts.current().size())));
    return Optional.of(accounts);
  }

  private static Accounts read(Path file) throws IOException {
    try {
      return UsersFile.read(file);
    } catch (ConfigurationException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
