package org.dicomgateway.route;

import java.util.List;
import java.util.Set;
import org.dicomgateway.config.match.Field;
import org.dicomgateway.dicom.values.Dictionary;
import org.dicomgateway.dicom.values.InstanceHeader;
import org.dicomgateway.dicom.values.Origin;
import org.dicomgateway.dicom.values.Uid;
import org.dicomgateway.route.Explanation.Finding;

/** Compares each condition with the values of the instance. */
final class Findings {

    /** Attributes that do not identify a patient. */
    private static final Set<Integer> HARMLESS = Set.of(
            0x00080008, // Image Type
            0x00080016, // SOP Class UID
            0x00080060, // Modality
            0x00080070, // Manufacturer
            0x00080080, // Institution Name
            0x00081010, // Station Name
            0x00081090, // Manufacturer's Model Name
            0x00180015, // Body Part Examined
            0x00280010, // Rows
            0x00280011, // Columns
            0x00280008); // Number of Frames

    private final Subject subject;
    private final Origin origin;
    private final boolean showValues;

    Findings(InstanceHeader header, Origin origin, boolean showValues) {
        this.subject = new Subject(header, origin);
        this.origin = origin;
        this.showValues = showValues;
    }

    /** The findings for the nested conditions of a trace. */
    List<Finding> parts(MatchTrace matchTrace) {
        return matchTrace.parts().stream().map(this::finding).toList();
    }

    private Finding finding(MatchTrace matchTrace) {
        String condition = matchTrace
                .condition()
                .match(all -> "all of", not -> "not", value -> value.toString(), remoteHost -> remoteHost.toString());
        String actual = matchTrace
                .condition()
                .match(
                        all -> "",
                        not -> "",
                        value -> actual(value.field(), matchTrace.holds()),
                        remoteHost -> origin.remoteHost());
        List<Finding> parts = matchTrace
                .condition()
                .match(
                        all -> parts(matchTrace),
                        not -> within(matchTrace.parts().get(0)),
                        value -> List.of(),
                        remoteHost -> List.of());
        return new Finding(condition, matchTrace.holds(), actual, parts);
    }

    /** A group below "not" exists only in the syntax: its conditions are the negated ones. */
    private List<Finding> within(MatchTrace denied) {
        return denied.parts().isEmpty() ? List.of(finding(denied)) : parts(denied);
    }

    private String actual(Field field, boolean holds) {
        List<String> values =
                subject.values(field).stream().filter(value -> !value.isEmpty()).toList();
        if (values.isEmpty()) {
            return "absent";
        }
        if (field.kind() == Field.Kind.SOP_CLASS || field.kind() == Field.Kind.TRANSFER_SYNTAX) {
            String uid = values.get(0);
            return uid + Dictionary.name(Uid.of(uid)).map(name -> ", " + name).orElse("");
        }
        boolean show = showValues || field.kind() != Field.Kind.ATTRIBUTE || HARMLESS.contains(field.tag());
        return show ? String.join("\\", values) : holds ? "matches" : "differs";
    }
}
