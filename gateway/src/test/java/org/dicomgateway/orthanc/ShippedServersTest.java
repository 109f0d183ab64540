package org.dicomgateway.orthanc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.dicomgateway.testkit.ProjectRoot;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What lies in {@code orthanc/}. */
class ShippedServersTest {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(JsonReadFeature.ALLOW_JAVA_COMMENTS).build();

    @ParameterizedTest
    @ValueSource(strings = {"orthanc1", "orthanc2", "orthanc3"})
    void with_TLS_a_server_is_the_same_but_for_that_and_its_folder(String name) throws IOException {
        ObjectNode plain = read(name);
        ObjectNode tls = read("tls/" + name);

        assertThat(tls.remove("DicomTlsEnabled").booleanValue()).isTrue();
        assertThat(tls.remove("DicomTlsRemoteCertificateRequired").booleanValue())
                .isTrue();
        assertThat(tls.remove("DicomTlsCertificate").stringValue()).endsWith("/" + name + ".crt");
        assertThat(tls.remove("DicomTlsPrivateKey").stringValue()).endsWith("/" + name + ".key");
        assertThat(tls.remove("DicomTlsTrustedCertificates").stringValue()).endsWith("/ca.crt");
        for (String folder : new String[] {"StorageDirectory", "IndexDirectory"}) {
            String deeper = tls.get(folder).stringValue();
            tls.put(folder, deeper.replace(":-../../var}", ":-../var}"));
        }
        assertThat(tls).isEqualTo(plain);
    }

    private static ObjectNode read(String name) throws IOException {
        return (ObjectNode) JSON.readTree(Files.readString(ProjectRoot.path().resolve("orthanc/" + name + ".json")));
    }
}
