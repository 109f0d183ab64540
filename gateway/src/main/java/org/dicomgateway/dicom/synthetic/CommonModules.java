package org.dicomgateway.dicom.synthetic;

import java.time.LocalDateTime;
import java.util.Locale;
import org.aoju.bus.image.Tag;
import org.aoju.bus.image.galaxy.data.VR;

/** The modules that every image has (PS3.3 C.7, C.12.1). */
final class CommonModules {

    /** Synthetic Data (0008,001C, PS3.3 C.12.1). The toolkit's dictionary does not contain it yet. */
    private static final int SYNTHETIC_DATA = 0x0008001c;

    private static final double FRAME_MILLIS = 40;

    private CommonModules() {}

    static void describe(Elements elements, SyntheticInstance image, Identity identity) {
        Place place = image.place();
        Iod iod = image.modality().iod();
        LocalDateTime studied = identity.moment("study", place.patient(), place.study());
        LocalDateTime begun = studied.plusMinutes(5L * (place.series() - 1));
        LocalDateTime taken = begun.plusSeconds(place.instance());

        // SOP Common
        elements.text(Tag.SpecificCharacterSet, "ISO_IR 192")
                .text(Tag.SOPClassUID, image.sopClass().value())
                .text(Tag.SOPInstanceUID, image.sopInstance().value())
                .moment(Tag.InstanceCreationDate, Tag.InstanceCreationTime, taken);
        elements.attributes().setString(SYNTHETIC_DATA, VR.CS, "YES");
        // Patient: depends only on the number, so that every seed makes the same patient.
        elements.text(Tag.PatientName, numbered("SYNTHETIC^PATIENT%02d", place.patient()))
                .text(Tag.PatientID, image.patientId())
                .text(Tag.PatientBirthDate, numbered("%d0615", 1930 + place.patient() * 7 % 70))
                .text(Tag.PatientSex, place.patient() % 2 == 1 ? "F" : "M");
        // General Study
        elements.text(Tag.StudyInstanceUID, image.studyInstance().value())
                .moment(Tag.StudyDate, Tag.StudyTime, studied)
                .text(Tag.AccessionNumber, accession(identity, place))
                .text(Tag.StudyID, numbered("%d", place.study()))
                .text(Tag.StudyDescription, numbered("Synthetic study %02d", place.study()))
                .empty(Tag.ReferringPhysicianName);
        // General Series
        elements.text(Tag.SeriesInstanceUID, image.seriesInstance().value())
                .text(Tag.Modality, iod.modality)
                .number(Tag.SeriesNumber, place.series())
                .moment(Tag.SeriesDate, Tag.SeriesTime, begun)
                .text(Tag.SeriesDescription, "Synthetic " + image.modality() + " phantom");
        if (iod.bodyPart.isEmpty()) {
            elements.empty(Tag.Laterality);
        } else {
            elements.text(Tag.BodyPartExamined, iod.bodyPart);
        }
        // General Equipment
        elements.text(Tag.Manufacturer, "DICOM Gateway")
                .text(Tag.ManufacturerModelName, "Synthetic studies")
                .text(Tag.InstitutionName, "Synthetic hospital")
                .text(Tag.StationName, "SYNTHETIC");
        // General Image
        elements.number(Tag.InstanceNumber, place.instance())
                .number(Tag.AcquisitionNumber, 1)
                .moment(Tag.AcquisitionDate, Tag.AcquisitionTime, taken)
                .moment(Tag.ContentDate, Tag.ContentTime, taken)
                .text(Tag.LossyImageCompression, "00")
                .text(Tag.BurnedInAnnotation, "NO");
        pixels(elements, image);
    }

    /** Image Pixel, and for a clip also Multi-frame and Cine. */
    private static void pixels(Elements elements, SyntheticInstance image) {
        PixelFormat format = image.modality().iod().format;
        elements.number(Tag.SamplesPerPixel, format.samples())
                .text(Tag.PhotometricInterpretation, format.photometric())
                .number(Tag.Rows, image.matrix().rows())
                .number(Tag.Columns, image.matrix().columns())
                .number(Tag.BitsAllocated, format.bitsAllocated())
                .number(Tag.BitsStored, format.bitsStored())
                .number(Tag.HighBit, format.bitsStored() - 1)
                .number(Tag.PixelRepresentation, 0);
        if (format.samples() > 1) {
            elements.number(Tag.PlanarConfiguration, 0);
        }
        if (image.frames() > 1) {
            elements.number(Tag.NumberOfFrames, image.frames()).number(Tag.FrameTime, FRAME_MILLIS);
            elements.attributes().setInt(Tag.FrameIncrementPointer, VR.AT, Tag.FrameTime);
        }
    }

    private static String accession(Identity identity, Place place) {
        return numbered("SYN%09d", identity.number(1_000_000_000, "accession", place.patient(), place.study()));
    }

    private static String numbered(String format, int number) {
        return String.format(Locale.ROOT, format, number);
    }
}
