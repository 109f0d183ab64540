package org.dicomgateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.util.List;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The program says what it is made of. */
class BillOfMaterialsIT {

    @Test
    void the_jar_holds_a_bill_of_what_is_in_it_and_of_nothing_else() throws Exception {
        try (JarFile jar = new JarFile(System.getProperty("gateway.jar"));
                InputStream in = jar.getInputStream(jar.getEntry("META-INF/sbom/application.cdx.json"))) {
            JsonNode bill = JsonMapper.shared().readTree(in);
            assertThat(bill.get("bomFormat").asString()).isEqualTo("CycloneDX");
            List<String> names = bill.get("components")
                    .valueStream()
                    .map(component -> component.get("name").asString())
                    .toList();
            assertThat(names).contains("bus-image", "javalin", "sqlite-jdbc").doesNotContain("junit-jupiter", "jing");
            assertThat(names)
                    .as("of the web server, what is used and no more")
                    .noneMatch(name -> name.matches("jetty-.*(websocket|jndi|plus|annotations|webapp|xml).*"));
            assertThat(bill.get("components").valueStream())
                    .allSatisfy(component ->
                            assertThat(component.get("purl").asString()).startsWith("pkg:maven/"));
        }
    }
}
