package org.dicomgateway.dicom.synthetic;

import java.util.List;
import java.util.Locale;
import org.dicomgateway.dicom.synthetic.template.Template;

/**
 * What to make. Immutable; begin with {@link #of} and refine.
 *
 * @param patients how many patients
 * @param studies how many studies each patient has
 * @param series how many series each study has; they take the modalities in turn
 * @param instances how many instances each series has
 * @param modalities at least one
 * @param size of the images
 * @param frames of each instance; more than 1 only where every modality has such a form
 * @param seed the only source of chance: another seed gives other UIDs, dates, accession numbers and anatomy
 * @param template further attributes, put over the generated ones
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

    /** So many of the largest possible files still have a size that can be told. */
    private static final int MAX_INSTANCES = 1_000_000_000;

    /** @throws IllegalArgumentException with a message fit for an operator */
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
                    "%.0f instances are more than a folder should hold; ask for at most %d",
                    total,
                    MAX_INSTANCES));
        }
        for (Modality modality : modalities) {
            if (frames > 1 && !modality.supportsFrames()) {
                throw new IllegalArgumentException(
                        modality + " images have one frame; ask for US or SC to have " + frames);
            }
        }
    }

    /** One patient, one study, one series of {@code instances} single-frame images of 64x64, seed 0. */
    public static StudySpec of(Modality modality, int instances) {
        return new StudySpec(
                1, 1, 1, instances, List.of(modality), ImageSize.of(new Matrix(64, 64)), 1, 0, Template.EMPTY);
    }

    /** The same with other counts. */
    public StudySpec withCounts(int patients, int studies, int series, int instances) {
        return new StudySpec(patients, studies, series, instances, modalities, size, frames, seed, template);
    }

    /** The same with these modalities. */
    public StudySpec withModalities(Modality... others) {
        return new StudySpec(patients, studies, series, instances, List.of(others), size, frames, seed, template);
    }

    /** The same with images of this size. */
    public StudySpec withSize(ImageSize other) {
        return new StudySpec(patients, studies, series, instances, modalities, other, frames, seed, template);
    }

    /** The same with this many frames in each instance. */
    public StudySpec withFrames(int other) {
        return new StudySpec(patients, studies, series, instances, modalities, size, other, seed, template);
    }

    /** The same from another seed. */
    public StudySpec withSeed(long other) {
        return new StudySpec(patients, studies, series, instances, modalities, size, frames, other, template);
    }

    /** The same with these further attributes. */
    public StudySpec withTemplate(Template other) {
        return new StudySpec(patients, studies, series, instances, modalities, size, frames, seed, other);
    }

    /** How many instances that makes. */
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
