package org.dicomgateway.dicom.synthetic;

import java.util.List;
import java.util.Locale;
import org.dicomgateway.dicom.synthetic.template.Template;

/**
 * The studies to generate. Immutable; start with {@link #of} and refine the result.
 *
 * @param patients how many patients
 * @param studies how many studies each patient has
 * @param series how many series each study has; they use the modalities in turn
 * @param instances how many instances each series has
 * @param modalities at least one
 * @param size the size of the images
 * @param frames the frames of each instance; more than 1 only when every modality supports it
 * @param seed the only source of variation: another seed gives other UIDs, dates, accession numbers and anatomy
 * @param template further attributes, which override the generated ones
 */
public record StudySpec(
        int patients,
        int studies,
        int series,
        int instances,
        List<Modality> modalities,
        ImageSize size,
        int frames,
        long seed,
        Template template) {

    /** With this many of the largest possible files, the total size still fits in a number. */
    private static final int MAX_INSTANCES = 1_000_000_000;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException when they cannot be used; the message is for the operator
     */
    public StudySpec {
        modalities = List.copyOf(modalities);
        atLeastOne("patients", patients);
        atLeastOne("studies", studies);
        atLeastOne("series", series);
        atLeastOne("instances", instances);
        atLeastOne("frames", frames);
        atLeastOne("modalities", modalities.size());
        double total = (double) patients * studies * series * instances;
        if (total > MAX_INSTANCES) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%.0f instances are more than a folder should contain; ask for at most %d",
                    total,
                    MAX_INSTANCES));
        }
        for (Modality modality : modalities) {
            if (frames > 1 && !modality.supportsFrames()) {
                throw new IllegalArgumentException(
                        modality + " images have one frame; use US or SC for " + frames + " frames");
            }
        }
    }

    /** One patient, one study, one series of {@code instances} single-frame images of 64x64, seed 0. */
    public static StudySpec of(Modality modality, int instances) {
        return new StudySpec(
                1, 1, 1, instances, List.of(modality), ImageSize.of(new Matrix(64, 64)), 1, 0, Template.EMPTY);
    }

    /** The same spec with other counts. */
    public StudySpec withCounts(int patients, int studies, int series, int instances) {
        return new StudySpec(patients, studies, series, instances, modalities, size, frames, seed, template);
    }

    /** The same spec with these modalities. */
    public StudySpec withModalities(Modality... others) {
        return new StudySpec(patients, studies, series, instances, List.of(others), size, frames, seed, template);
    }

    /** The same spec with images of this size. */
    public StudySpec withSize(ImageSize other) {
        return new StudySpec(patients, studies, series, instances, modalities, other, frames, seed, template);
    }

    /** The same spec with this many frames in each instance. */
    public StudySpec withFrames(int other) {
        return new StudySpec(patients, studies, series, instances, modalities, size, other, seed, template);
    }

    /** The same spec with another seed. */
    public StudySpec withSeed(long other) {
        return new StudySpec(patients, studies, series, instances, modalities, size, frames, other, template);
    }

    /** The same spec with these further attributes. */
    public StudySpec withTemplate(Template other) {
        return new StudySpec(patients, studies, series, instances, modalities, size, frames, seed, other);
    }

    /** The total number of instances. */
    public long totalInstances() {
        return totalSeries() * instances;
    }

    long totalSeries() {
        return (long) patients * studies * series;
    }

    private static void atLeastOne(String what, int count) {
        if (count < 1) {
            throw new IllegalArgumentException("there must be at least one of " + what + ", not " + count);
        }
    }
}
