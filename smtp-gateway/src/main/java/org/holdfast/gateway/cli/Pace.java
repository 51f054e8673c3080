package org.holdfast.gateway.cli;

import java.time.Duration;
import java.time.Instant;

/** The time, and waiting for some of it to pass. Tests have one of their own. */
interface Pace {

  /** The system's. */
  Pace REAL =
      new Pace() {
        @Override
        public Instant now() {
          return Instant.now();
        }

        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public void pause(Duration time) throws InterruptedException {
          Thread.sleep(time);
        }
      };

  /** What time it is. */
  Instant now();

  /** Nanoseconds since some moment: only differences mean anything. */
  long nanos();

  /** Returns when so much time has passed. */
  void pause(Duration time) throws InterruptedException;
}
