// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import "./Market.sol";

/// Sells items at a fixed price. It keeps an item from its listing until it is sold or the listing is cancelled.
contract Listing is Market {
    enum State {
        INITIATED,
        SOLD,
        CANCELLED
    }

    struct Offer {
        string listingId;
        bool isErc721;
        State state;
        address nftAddress;
        address seller;
        address erc20Address;
        uint256 tokenId;
        uint256 amount;
        uint256 price;
        address buyer;
    }

    mapping(string => Offer) private _offers;
    /// The fee when an item was listed: a later one changes no price that a buyer has seen.
    mapping(string => uint256) private _fees;

    event ListingCreated(
        bool indexed isErc721,
        address indexed nftAddress,
        uint256 indexed tokenId,
        string listingId,
        uint256 amount,
        uint256 price,
        address erc20Address
    );
    event ListingSold(address indexed buyer, string listingId);
    event ListingCancelled(string listingId);

    constructor(uint256 fee, address feeRecipient) Market(fee, feeRecipient) {}

    function getMarketplaceFee() external view returns (uint256) {
        return _fee;
    }

    function getMarketplaceFeeRecipient() external view returns (address) {
        return _feeRecipient;
    }

    function setMarketplaceFee(uint256 fee) external onlyOwner {
        _setFee(fee);
    }

    function setMarketplaceFeeRecipient(address recipient) external onlyOwner {
        _setFeeRecipient(recipient);
    }

    function getListing(string calldata listingId) external view returns (Offer memory) {
        return _offers[listingId];
    }

    function getOpenListings() external view returns (string[] memory) {
        return _openIds();
    }

    /// The seller lists an item that this contract may take.
    function createListing(
        string memory listingId,
        bool isErc721,
        address nftAddress,
        uint256 tokenId,
        uint256 price,
        address seller,
        uint256 amount,
        address erc20Address
    ) external payable once {
        if (msg.value != 0) revert PaymentWrong();
        if (bytes(_offers[listingId].listingId).length != 0 || bytes(listingId).length == 0) revert IdTaken();
        _checkAmount(isErc721, amount);
        _checkActsFor(seller);
        _offers[listingId] = Offer(
            listingId,
            isErc721,
            State.INITIATED,
            nftAddress,
            seller,
            erc20Address,
            tokenId,
            amount,
            price,
            address(0)
        );
        _fees[listingId] = _fee;
        _add(listingId);
        _moveItem(isErc721, nftAddress, seller, address(this), tokenId, amount);
        emit ListingCreated(isErc721, nftAddress, tokenId, listingId, amount, price, erc20Address);
    }

    function buyAssetFromListing(string memory listingId, address erc20Address) external payable once {
        _buy(listingId, erc20Address, msg.sender);
    }

    /// Buys for somebody who lets this contract take the tokens.
    function buyAssetFromListingForExternalBuyer(string memory listingId, address erc20Address, address buyer)
        external
        payable
        once
    {
        if (erc20Address == address(0)) revert PaymentWrong();
        _checkActsFor(buyer);
        _buy(listingId, erc20Address, buyer);
    }

    function cancelListing(string memory listingId) external once {
        _remove(listingId);
        Offer storage offer = _offers[listingId];
        if (msg.sender != owner) _checkActsFor(offer.seller);
        offer.state = State.CANCELLED;
        _moveItem(offer.isErc721, offer.nftAddress, address(this), offer.seller, offer.tokenId, offer.amount);
        emit ListingCancelled(listingId);
    }

    function _buy(string memory listingId, address erc20Address, address buyer) private {
        _remove(listingId);
        Offer storage offer = _offers[listingId];
        if (offer.erc20Address != erc20Address) revert PaymentWrong();
        offer.state = State.SOLD;
        offer.buyer = buyer;
        uint256 fee = (offer.price * _fees[listingId]) / WHOLE;
        if (erc20Address == address(0)) {
            if (msg.value != offer.price + fee) revert PaymentWrong();
            _payCoins(offer.seller, offer.price);
            _payCoins(_feeRecipient, fee);
        } else {
            if (msg.value != 0) revert PaymentWrong();
            _takeTokens(erc20Address, buyer, offer.price + fee);
            _payTokens(erc20Address, offer.seller, offer.price);
            _payTokens(erc20Address, _feeRecipient, fee);
        }
        _moveItem(offer.isErc721, offer.nftAddress, address(this), buyer, offer.tokenId, offer.amount);
        emit ListingSold(buyer, listingId);
    }
}
