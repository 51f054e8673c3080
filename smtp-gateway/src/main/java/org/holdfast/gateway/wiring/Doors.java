package org.holdfast.gateway.wiring;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.holdfast.gateway.accept.Dialect;
import org.holdfast.gateway.accept.Introducers;
import org.holdfast.gateway.accept.ListenerSettings;
import org.holdfast.gateway.accept.Security;
import org.holdfast.gateway.admin.AuditLog;
import org.holdfast.gateway.admin.FileTold;
import org.holdfast.gateway.conf.ConfigurationException;
import org.holdfast.gateway.conf.Settings;
import org.holdfast.gateway.conf.UsersFile;
import org.holdfast.gateway.sasl.Accounts;
import org.holdfast.gateway.tls.ServerTls.MinVersion;
import org.holdfast.gateway.tls.WatchedFiles;

/** From what an operator set for a door to what its listener is told. */
final class Doors {

  /**
   * A body up to this size stays in memory on its way in; a larger one goes to a temporary file.
   */
  private static final int BODY_IN_MEMORY = 256 << 10;

  /**
   * The bodies of all doors together take at most this part of the heap; above it even small ones
   * go to files.
   */
  private static final int PART_OF_HEAP_FOR_BODIES = 4;

  private Doors() {}

  /**
   * All that the listener is told.
   *
   * @param name of the door, for the log
   * @param connections that it may have, of all that the process can
   * @param spool the folder of bodies that do not fit into memory
   * @throws ConfigurationException naming file and line in the file of accounts
   */
  static ListenerSettings listener(
      Settings settings,
      String name,
      Dialect dialect,
      Settings.Door door,
      int connections,
      Path spool,
      AuditLog audit)
      throws ConfigurationException, IOException {
    return new ListenerSettings(
        dialect,
        door.listen().host(),
        door.listen().port(),
        settings.hostname(),
        Live.texts(door.allow()),
        door.maxMessageSize(),
        door.maxRecipients(),
        connections,
        door.maxConnectionsPerClient(),
        door.commandTimeout(),
        door.tls().map(Settings.Tls::certificate).orElse(null),
        door.tls().map(Settings.Tls::key).orElse(null),
        BODY_IN_MEMORY,
        Runtime.getRuntime().maxMemory() / PART_OF_HEAP_FOR_BODIES / 2,
        spool,
        new Introducers(
            Live.texts(door.introducers().proxies()), Live.texts(door.introducers().xclient())),
        security(name, door, audit),
        Live.rates(door.rates()));
  }

  /**
   * Reads the accounts.
   *
   * @param name of the door, for the log
   * @throws ConfigurationException naming file and line in the file of accounts
   */
  private static Security security(String name, Settings.Door door, AuditLog audit)
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
