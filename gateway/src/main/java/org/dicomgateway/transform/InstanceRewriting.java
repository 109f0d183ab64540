package org.dicomgateway.transform;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.dicomgateway.config.transform.RuleSettings;
import org.dicomgateway.dicom.rewrite.Element;
import org.dicomgateway.dicom.rewrite.Elements;
import org.dicomgateway.dicom.rewrite.PixelEdit;
import org.dicomgateway.dicom.rewrite.Rewriting;
import org.dicomgateway.dicom.rewrite.UntransformableException;

/**
 * Changes one instance by the transforms that apply to it. Digital signatures (PS3.15 C) and padding go in any case: a
 * signature does not hold for what was changed.
 */
final class InstanceRewriting implements Rewriting {

    private static final int MAC_PARAMETERS = 0x4FFE0001;
    private static final int DIGITAL_SIGNATURES = 0xFFFAFFFA;
    private static final int TRAILING_PADDING = 0xFFFCFFFC;
    private static final int SOP_INSTANCE_UID = 0x00080018;
    private static final int STUDY_INSTANCE_UID = 0x0020000D;
    private static final int SERIES_INSTANCE_UID = 0x0020000E;

    /** One step: a rule, or the de-identification. */
    record Step(String name, Optional<RuleSettings> rule, Optional<Deidentification> deidentification) {

        void apply(Elements dataset, boolean bigEndian, Optional<PixelMasks> masks) throws UntransformableException {
            if (rule.isPresent()) {
                new RuleRun(dataset).apply(rule.get());
            }
            if (deidentification.isPresent()) {
                deidentification.get().apply(dataset, bigEndian, masks);
            }
        }
    }

    /**
     * The steps of one transform.
     *
     * @param original records what they change; empty: nothing is recorded
     */
    record Part(List<Step> steps, Optional<OriginalAttributes> original) {}

    /** Is told what an instance is like after each step. */
    interface Watcher {
        void after(String step, Elements dataset);
    }

    private final List<Part> parts;
    private final boolean bigEndian;
    private final Watcher watcher;
    private Optional<PixelMasks> masks = Optional.empty();
    /** Whether all text was converted to another character set. */
    private boolean unicode;

    private String sopInstance = "";
    private String study = "";
    private String series = "";

    /** @param bigEndian the byte order of the numbers of the dataset */
    InstanceRewriting(List<Part> parts, boolean bigEndian, Watcher watcher) {
        this.parts = parts;
        this.bigEndian = bigEndian;
        this.watcher = watcher;
    }

    @Override
    public void beforePixelData(Elements attributes) throws UntransformableException {
        watcher.after("", attributes);
        for (Step step : steps().toList()) {
            if (step.deidentification().isPresent()) {
                masks = step.deidentification().get().check(attributes, bigEndian);
            }
        }
        unsign(attributes);
        List<String> characterSet = attributes.ascii(Elements.SPECIFIC_CHARACTER_SET);
        for (Part part : parts) {
            apply(part, attributes);
        }
        unicode = !attributes.ascii(Elements.SPECIFIC_CHARACTER_SET).equals(characterSet);
        sopInstance = attributes.firstAscii(SOP_INSTANCE_UID);
        study = attributes.firstAscii(STUDY_INSTANCE_UID);
        series = attributes.firstAscii(SERIES_INSTANCE_UID);
    }

    private void apply(Part part, Elements attributes) throws UntransformableException {
        Optional<Elements> before = part.original().map(original -> attributes.copy());
        for (Step step : part.steps()) {
            step.apply(attributes, bigEndian, masks);
            watcher.after(step.name(), attributes);
        }
        if (part.original().isPresent() && before.isPresent()) {
            part.original().get().record(before.get(), attributes);
            watcher.after("record-original", attributes);
        }
    }

    @Override
    public Optional<PixelEdit> pixels() {
        return masks.map(PixelEdit.class::cast);
    }

    @Override
    public void afterPixelData(Elements attributes) throws UntransformableException {
        unsign(attributes);
        if (isDeidentifying()) {
            attributes.all().forEach(element -> attributes.remove(element.tag()));
        }
        for (Step step : steps().toList()) {
            if (step.rule().isPresent()) {
                RuleRun.applyBehindPixelData(step.rule().get(), attributes);
            }
        }
        if (unicode && !attributes.isEmpty()) {
            throw new UntransformableException(
                    "a new value needs another character set, and there are attributes behind its pixel data");
        }
    }

    private static void unsign(Elements elements) {
        for (Element element : elements.all()) {
            switch (element.tag()) {
                case MAC_PARAMETERS, DIGITAL_SIGNATURES, TRAILING_PADDING -> elements.remove(element.tag());
                default -> element.itemsOrNone().forEach(InstanceRewriting::unsign);
            }
        }
    }

    private Stream<Step> steps() {
        return parts.stream().flatMap(part -> part.steps().stream());
    }

    boolean isDeidentifying() {
        return steps().anyMatch(step -> step.deidentification().isPresent());
    }

    /** SOP Instance UID after the change. */
    String sopInstance() {
        return sopInstance;
    }

    /** Study Instance UID after the change, or empty. */
    String study() {
        return study;
    }

    /** Series Instance UID after the change, or empty. */
    String series() {
        return series;
    }
}
