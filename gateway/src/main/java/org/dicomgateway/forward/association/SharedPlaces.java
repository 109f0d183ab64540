package org.dicomgateway.forward.association;

/** The places for associations at a destination, when several gateways share them. Safe for any number of threads. */
public interface SharedPlaces {

    /** This gateway shares them with nobody. */
    SharedPlaces ALONE = new SharedPlaces() {
        @Override
        public boolean take(String destination, int limit) {
            return true;
        }

        @Override
        public void giveBack(String destination) {}

        @Override
        public boolean mustYield(String destination) {
            return false;
        }

        @Override
        public double share(String destination) {
            return 1;
        }
    };

    /**
     * Takes one place, if one is free and nobody else goes first.
     *
     * @param limit how many there are, for all gateways together
     */
    boolean take(String destination, int limit);

    /** Gives one place back. Returns at once. */
    void giveBack(String destination);

    /** Whether an association is to be closed soon, so that another gateway gets its place. Tells it to one caller. */
    boolean mustYield(String destination);

    /** This gateway's part of what all of them may send there: above 0, and 1 when nobody else does. */
    double share(String destination);
}
