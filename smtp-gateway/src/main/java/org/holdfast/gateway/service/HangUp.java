package org.holdfast.gateway.service;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGHUP, which would otherwise end the process. Java has no other way to hear of a signal than
 * {@code sun.misc.Signal} (module {@code jdk.unsupported}, which JEP 260 keeps until there is a
 * replacement); it is looked up by name, so that a JDK without it costs the reload, not the build
 * or the start.
 */
public final class HangUp {

  private static final Logger LOG = LoggerFactory.getLogger(HangUp.class);

  private HangUp() {}

  /**
   * Has this run at every SIGHUP from now on, on a thread of the JVM's.
   *
   * @param act must return soon and not throw
   */
  public static void onEach(Runnable act) {
    try {
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      MethodHandle run =
          lookup.findVirtual(Runnable.class, "run", MethodType.methodType(void.class)).bindTo(act);
      Object ours =
          MethodHandleProxies.asInterfaceInstance(
              handler, MethodHandles.dropArguments(run, 0, signal));
      Object hangUp = signal.getConstructor(String.class).newInstance("HUP");
      signal.getMethod("handle", signal, handler).invoke(null, hangUp, ours);
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOG.warn("SIGHUP cannot be heard here; a changed configuration needs a restart", e);
    }
  }
}
