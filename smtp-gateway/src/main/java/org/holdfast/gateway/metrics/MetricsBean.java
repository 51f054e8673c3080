package org.holdfast.gateway.metrics;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.function.Supplier;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.DynamicMBean;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every number of {@code /metrics} for JMX, under the same name: the attribute {@code
 * holdfast_held_deliveries{pair="a",state="held"}} of {@code org.holdfast:type=Metrics,node=gw1}.
 * Read-only. Thread-safe.
 *
 * <p>Dropwizard's own reporter would show its counters alone, under other names, and not what the
 * queue and the backends are asked for.
 */
public final class MetricsBean implements DynamicMBean, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(MetricsBean.class);

  private final Supplier<MetricSnapshots> metrics;
  private final ObjectName name;

  private MetricsBean(Supplier<MetricSnapshots> metrics, ObjectName name) {
    this.metrics = metrics;
    this.name = name;
  }

  /** Registers it. A second gateway of the same node in one JVM stays without. */
  public static MetricsBean register(Supplier<MetricSnapshots> metrics, String node) {
    try {
      ObjectName name = new ObjectName("org.holdfast:type=Metrics,node=" + ObjectName.quote(node));
      MetricsBean bean = new MetricsBean(metrics, name);
      ManagementFactory.getPlatformMBeanServer().registerMBean(bean, name);
      return bean;
    } catch (InstanceAlreadyExistsException e) {
      log.debug("JMX has metrics of a gateway {} already", node);
      return new MetricsBean(metrics, ObjectName.WILDCARD);
    } catch (JMException e) {
      throw new IllegalStateException("JMX takes " + node + " as a name", e);
    }
  }

  /** Takes it out again. */
  @Override
  public void close() {
    if (name.isPattern()) {
      return;
    }
    try {
      ManagementFactory.getPlatformMBeanServer().unregisterMBean(name);
    } catch (JMException e) {
      log.warn("JMX: {}", e.toString());
    }
  }

  @Override
  public Object getAttribute(String attribute) throws AttributeNotFoundException {
    Double value = Numbers.of(metrics.get()).get(attribute);
    if (value == null) {
      throw new AttributeNotFoundException(attribute);
    }
    return value;
  }

  @Override
  public AttributeList getAttributes(String[] attributes) {
    Map<String, Double> numbers = Numbers.of(metrics.get());
    AttributeList found = new AttributeList();
    for (String attribute : attributes) {
      Double value = numbers.get(attribute);
      if (value != null) {
        found.add(new Attribute(attribute, value));
      }
    }
    return found;
  }

  @Override
  public void setAttribute(Attribute attribute) throws AttributeNotFoundException {
    throw new AttributeNotFoundException(attribute.getName() + " is read-only");
  }

  @Override
  public AttributeList setAttributes(AttributeList attributes) {
    return new AttributeList();
  }

  @Override
  public Object invoke(String action, Object[] parameters, String[] signature) {
    throw new UnsupportedOperationException(action);
  }

  @Override
  public MBeanInfo getMBeanInfo() {
    MBeanAttributeInfo[] attributes =
        Numbers.of(metrics.get()).keySet().stream()
            .map(each -> new MBeanAttributeInfo(each, "double", each, true, false, false))
            .toArray(MBeanAttributeInfo[]::new);
    return new MBeanInfo(
        MetricsBean.class.getName(), "What /metrics shows", attributes, null, null, null);
  }
}
