package org.dicomgateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.thaiopensource.util.PropertyMapBuilder;
import com.thaiopensource.validate.ValidateProperty;
import com.thaiopensource.validate.ValidationDriver;
import com.thaiopensource.validate.rng.CompactSchemaReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import org.xml.sax.ErrorHandler;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/** Holds messages against the schema of PS3.15 A.5.1. */
final class AuditSchema {

    private AuditSchema() {}

    /** Fails with what is wrong, when anything is. */
    static void validate(String xml) {
        assertThat(faults(xml)).as(xml).isEmpty();
    }

    static List<String> faults(String xml) {
        List<String> faults = new ArrayList<>();
        ErrorHandler collector = new ErrorHandler() {
            @Override
            public void warning(SAXParseException e) {
                faults.add(e.getMessage());
            }

            @Override
            public void error(SAXParseException e) {
                faults.add(e.getMessage());
            }

            @Override
            public void fatalError(SAXParseException e) {
                faults.add(e.getMessage());
            }
        };
        PropertyMapBuilder properties = new PropertyMapBuilder();
        properties.put(ValidateProperty.ERROR_HANDLER, collector);
        ValidationDriver driver = new ValidationDriver(properties.toPropertyMap(), CompactSchemaReader.getInstance());
        try {
            String schema = String.valueOf(AuditSchema.class.getResource("audit-message.rnc"));
            assertThat(driver.loadSchema(new InputSource(schema)))
                    .as("the schema")
                    .isTrue();
            if (!driver.validate(new InputSource(new StringReader(xml))) && faults.isEmpty()) {
                faults.add("not valid");
            }
            return faults;
        } catch (IOException | SAXException e) {
            throw new IllegalStateException(e);
        }
    }
}
