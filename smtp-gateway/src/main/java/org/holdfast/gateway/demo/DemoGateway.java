package org.holdfast.gateway.demo;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;

/**
 * The gateway as the demo sees it: started from a configuration file, then used only through its
 * public doors. {@code wiring} implements it, so that the demo does not know how a gateway is made.
 */
public interface DemoGateway {

  /**
   * Starts and returns when every listener is open. Called once.
   *
   * @throws Exception when the gateway can't start; the demo tells why and ends
   */
  void start(Path configuration) throws Exception;

  /** Where SMTP really listens; valid after {@link #start}. */
  InetSocketAddress smtp();

  /** The admin API's root, such as {@code http://127.0.0.1:8025}; valid after {@link #start}. */
  URI admin();

  /** The token of {@code DATA/operator.token}; valid after {@link #start}. */
  String operatorToken();

  /** Stops as SIGTERM does. */
  void stop();
}
