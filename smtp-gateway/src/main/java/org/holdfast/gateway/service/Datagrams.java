package org.holdfast.gateway.service;

/** Where messages for the service manager go. Thread-safe; never blocks, never throws. */
public interface Datagrams {

  /** Sends one message, or gives up. */
  void send(String message);

  /** Whether anybody is there at all. */
  default boolean isHeard() {
    return true;
  }

  /** Nobody manages this process. */
  static Datagrams none() {
    return new Datagrams() {
      @Override
      public void send(String message) {}

      @Override
      public boolean isHeard() {
        return false;
      }
    };
  }
}
