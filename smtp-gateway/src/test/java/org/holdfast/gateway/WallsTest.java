package org.holdfast.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The walls of {@code docs/architecture.md}: who may know whom. */
@AnalyzeClasses(packages = "org.holdfast", importOptions = ImportOption.DoNotIncludeTests.class)
class WallsTest {

  private static final String ROUTING = "org.holdfast.routing..";
  private static final String HOLDQUEUE = "org.holdfast.holdqueue..";
  private static final String GATEWAY = "org.holdfast.gateway..";
  private static final String PATH = "org.holdfast.gateway.path..";
  private static final String ACCEPT = "org.holdfast.gateway.accept..";
  private static final String BOUNCE = "org.holdfast.gateway.bounce..";
  private static final String CONTENT = "org.holdfast.gateway.content..";
  private static final String DELIVER = "org.holdfast.gateway.deliver..";
  private static final String ADMIN = "org.holdfast.gateway.admin..";
  private static final String CLI = "org.holdfast.gateway.cli..";
  private static final String CONF = "org.holdfast.gateway.conf..";
  private static final String DEMO = "org.holdfast.gateway.demo..";
  private static final String LOG = "org.holdfast.gateway.log..";
  private static final String TLS = "org.holdfast.gateway.tls..";
  private static final String SASL = "org.holdfast.gateway.sasl..";
  private static final String SERVICE = "org.holdfast.gateway.service..";
  private static final String WIRING = "org.holdfast.gateway.wiring..";

  @ArchTest
  static final ArchRule routing_knowsNeitherQueueNorGateway =
      knowsNothingOf(ROUTING, HOLDQUEUE, GATEWAY);

  @ArchTest
  static final ArchRule holdqueue_knowsNeitherRoutingNorGateway =
      knowsNothingOf(HOLDQUEUE, ROUTING, GATEWAY);

  @ArchTest
  static final ArchRule routing_knowsNoProtocol =
      knowsNothingOf(ROUTING, "io.netty..", "org.apache.james..", "io.javalin..");

  @ArchTest
  static final ArchRule holdqueue_knowsNoProtocol =
      knowsNothingOf(HOLDQUEUE, "io.netty..", "org.apache.james..", "io.javalin..");

  @ArchTest
  static final ArchRule accept_asksThePathOnly =
      knowsNothingOf(ACCEPT, DELIVER, ADMIN, CLI, CONF, DEMO, WIRING, ROUTING);

  @ArchTest
  static final ArchRule tls_knowsNoOtherRoom =
      knowsNothingOf(
          TLS,
          ROUTING,
          HOLDQUEUE,
          PATH,
          ACCEPT,
          BOUNCE,
          DELIVER,
          ADMIN,
          CLI,
          CONF,
          DEMO,
          WIRING,
          SASL,
          "org.apache.james..");

  @ArchTest
  static final ArchRule sasl_knowsNoOtherRoomAndNoSocket =
      knowsNothingOf(
          SASL,
          ROUTING,
          HOLDQUEUE,
          PATH,
          ACCEPT,
          BOUNCE,
          DELIVER,
          ADMIN,
          CLI,
          CONF,
          DEMO,
          WIRING,
          TLS,
          "io.netty..",
          "org.apache.james..");

  @ArchTest
  static final ArchRule deliver_knowsNoOtherRoom =
      knowsNothingOf(DELIVER, PATH, ACCEPT, ADMIN, CLI, CONF, DEMO, WIRING);

  @ArchTest
  static final ArchRule bounce_knowsNoOtherRoom =
      knowsNothingOf(
          BOUNCE, ROUTING, PATH, ACCEPT, DELIVER, ADMIN, CLI, CONF, DEMO, WIRING, "io.netty..");

  @ArchTest
  static final ArchRule content_knowsNoOtherRoom =
      knowsNothingOf(
          CONTENT,
          ROUTING,
          PATH,
          ACCEPT,
          BOUNCE,
          DELIVER,
          ADMIN,
          CLI,
          CONF,
          DEMO,
          WIRING,
          "io.netty..");

  @ArchTest
  static final ArchRule admin_knowsNoMailProtocol =
      knowsNothingOf(ADMIN, ACCEPT, DELIVER, CLI, DEMO, WIRING, "org.apache.james..");

  @ArchTest
  static final ArchRule path_knowsNoDoorButDeliver =
      knowsNothingOf(PATH, ACCEPT, ADMIN, CLI, CONF, DEMO, WIRING, "org.apache.james..");

  @ArchTest
  static final ArchRule conf_isReadByOthersAndReadsNobody =
      knowsNothingOf(CONF, PATH, ACCEPT, BOUNCE, DELIVER, ADMIN, CLI, DEMO, WIRING);

  @ArchTest
  static final ArchRule log_knowsNoOtherRoom =
      knowsNothingOf(
          LOG, ROUTING, HOLDQUEUE, PATH, ACCEPT, BOUNCE, DELIVER, ADMIN, CLI, CONF, DEMO, WIRING);

  @ArchTest
  static final ArchRule service_knowsNoOtherRoom =
      knowsNothingOf(
          SERVICE, ROUTING, HOLDQUEUE, PATH, ACCEPT, BOUNCE, DELIVER, ADMIN, CLI, CONF, DEMO,
          WIRING, TLS, SASL);

  @ArchTest
  static final ArchRule demo_usesPublicDoorsOnly =
      knowsNothingOf(DEMO, PATH, ACCEPT, DELIVER, ADMIN, CLI, CONF, ROUTING, HOLDQUEUE);

  @ArchTest
  static final ArchRule wiring_isKnownToCliAndDemoOnly =
      noClasses()
          .that()
          .resideInAPackage("org.holdfast..")
          .and()
          .resideOutsideOfPackages(WIRING, CLI, DEMO)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(WIRING);

  @ArchTest
  static final ArchRule greenMail_isForTheDemoOnly =
      noClasses()
          .that()
          .resideOutsideOfPackage(DEMO)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.icegreen..", "jakarta.mail..");

  @ArchTest
  static final ArchRule rooms_haveNoCommonDrawer =
      noClasses()
          .should()
          .resideInAnyPackage("..common..", "..util..", "..utils..", "..impl..", "..manager..");

  @ArchTest
  static final ArchRule rooms_dependOneWay =
      slices().matching("org.holdfast.gateway.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule modules_dependOneWay =
      slices().matching("org.holdfast.(*)..").should().beFreeOfCycles();

  private static ArchRule knowsNothingOf(String room, String... others) {
    return noClasses()
        .that()
        .resideInAPackage(room)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(others)
        .allowEmptyShould(true);
  }
}
